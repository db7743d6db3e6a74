/** Keeps the changing parts of a page up to date. All HTML comes from the server. */

const source = document.body.dataset.live
showTimes(document)
if (source) follow(source)
for (const button of document.querySelectorAll('[data-copy]')) offerCopy(button)
for (const input of document.querySelectorAll('[data-filter]')) offerFilter(input)
for (const form of document.querySelectorAll('[data-narrow]')) offerNarrowing(form)

/** @param {string} path of the event stream */
function follow(path) {
  const status = document.getElementById('connection')
  const log = document.getElementById('lines')
  let cursor = log?.querySelector('li:last-child')?.dataset.id ?? ''
  if (log) log.scrollTop = log.scrollHeight
  let stream = open()

  function open() {
    const opened = new EventSource(cursor === '' ? path : `${path}?after=${cursor}`)
    opened.addEventListener('open', () => say('live'))
    opened.addEventListener('error', () => {
      say('connection lost, trying again')
      // After an answer that is not an event stream, the browser stops reconnecting.
      if (opened.readyState === EventSource.CLOSED) {
        setTimeout(() => {
          stream = open()
        }, 3000)
      }
    })
    opened.addEventListener('trouble', ({ data }) => {
      say('the database does not answer, trying again')
      showAway(JSON.parse(data))
    })
    opened.addEventListener('well', () => {
      say('live')
      showAway('')
    })
    opened.addEventListener('region', ({ data }) => {
      // The page itself may have been sent while the database was away.
      showAway('')
      replace(JSON.parse(data))
    })
    opened.addEventListener('lines', ({ data, lastEventId }) => {
      append(JSON.parse(data))
      if (lastEventId) cursor = lastEventId
    })
    return opened
  }

  /** @param {string} text */
  function say(text) {
    if (status && status.textContent !== text) status.textContent = text
  }

  /** Greys the page out below the banner; without one it is shown as usual. @param {string} banner */
  function showAway(banner) {
    const place = document.getElementById('away')
    const shown = document.getElementById('shown')
    // The banner that a page came with also says why.
    if (!place || !shown || shown.inert === (banner !== '')) return
    place.innerHTML = banner
    showTimes(place)
    shown.inert = banner !== ''
    shown.classList.toggle('away', banner !== '')
  }

  addEventListener('pagehide', () => stream.close())
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) stream = open()
  })

  /** @param {Record<string, string>} regions HTML by element */
  function replace(regions) {
    for (const [id, html] of Object.entries(regions)) {
      const region = document.getElementById(id)
      if (!region || isTypedInto(region)) continue
      const focused = region.contains(document.activeElement) ? document.activeElement?.id : null
      region.innerHTML = html
      showTimes(region)
      for (const form of document.querySelectorAll(`[data-narrow="${id}"]`)) narrow(form)
      if (focused) document.getElementById(focused)?.focus()
    }
  }

  /** A region is not replaced while the user types into it. @param {Element} region */
  function isTypedInto(region) {
    const active = document.activeElement
    return active?.tagName === 'INPUT' && region.contains(active)
  }

  /** @param {string[]} lines */
  function append(lines) {
    if (!log) return
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8
    log.insertAdjacentHTML('beforeend', lines.join(''))
    showTimes(log)
    while (log.children.length > 500) log.firstElementChild?.remove()
    if (atEnd) log.scrollTop = log.scrollHeight
  }
}

/** Times in the reader's zone, with UTC on hover; without scripts they are in UTC. @param {ParentNode} part */
function showTimes(part) {
  const zone = document.getElementById('zone')
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  if (zone) {
    zone.textContent = `times in ${timeZone}`
    zone.title = 'your time zone; a time shows UTC on hover'
  }
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }
  const day = { year: 'numeric', month: '2-digit', day: '2-digit' }
  // The Swedish format is that of ISO 8601, as of the times in UTC.
  const format = {
    clock: new Intl.DateTimeFormat('sv-SE', time),
    minute: new Intl.DateTimeFormat('sv-SE', { ...time, second: undefined }),
    moment: new Intl.DateTimeFormat('sv-SE', { ...day, ...time, timeZoneName: 'short' }),
  }
  for (const element of part.querySelectorAll('time[datetime]:not([data-shown])')) {
    const iso = element.getAttribute('datetime')
    const at = new Date(iso)
    if (Number.isNaN(at.getTime())) continue
    element.dataset.shown = ''
    const utc = `${iso.slice(0, 19).replace('T', ' ')} UTC`
    const { show } = element.dataset
    if (show) {
      element.textContent = format[show]?.format(at) ?? element.textContent
      element.setAttribute('title', utc)
    } else {
      element.setAttribute('title', `${format.moment.format(at)} · ${utc}`)
    }
  }
}

/** @param {Element} button with the id of the element to copy */
function offerCopy(button) {
  button.hidden = false
  button.addEventListener('click', async () => {
    const text = document.getElementById(button.dataset.copy)?.textContent ?? ''
    await navigator.clipboard.writeText(text)
    button.textContent = 'Copied'
  })
}

/** Hides rows that do not contain the typed text; without scripts the form asks the server. @param {HTMLInputElement} input */
function offerFilter(input) {
  const table = document.getElementById(input.dataset.filter)
  const count = document.getElementById(`${input.dataset.filter}-count`)
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
    let shown = 0
    for (const row of table.tBodies[0].rows) {
      const text = row.dataset.text ?? row.textContent.toLowerCase()
      row.hidden = !words.every((word) => text.includes(word))
      if (!row.hidden) shown += 1
    }
    if (count) count.textContent = `${shown} shown`
  })
}

/** Narrows the list while the user types; the address keeps the search. @param {HTMLFormElement} form */
function offerNarrowing(form) {
  const change = () => {
    narrow(form)
    const asked = new URLSearchParams(new FormData(form))
    if (form.elements.search.value === '') asked.delete('search')
    if (form.elements.show.value === 'all') asked.delete('show')
    history.replaceState(null, '', asked.size === 0 ? location.pathname : `?${asked}`)
  }
  form.addEventListener('input', change)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    change()
  })
}

/** Hides what does not match, as the server does without scripts. @param {HTMLFormElement} form */
function narrow(form) {
  const { search, show } = form.elements
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
  const rows = [...document.querySelectorAll(`#${form.dataset.narrow} [data-shows]`)]
  for (const row of rows) {
    const { shows, text } = row.dataset
    row.hidden = !(
      (show.value === 'all' || show.value === shows) &&
      words.every((word) => text.includes(word))
    )
  }
  const shown = rows.filter((row) => !row.hidden).length
  const count = document.getElementById(`${form.dataset.narrow}-shown`)
  const text = `${shown} of ${rows.length}`
  if (count && count.textContent !== text) count.textContent = text
}
