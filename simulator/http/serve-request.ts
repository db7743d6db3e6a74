import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { faultAnswer } from '../fault-answer.ts'
import type { FaultPlan } from '../faults.ts'
import { type Latency, nextLatencyMs } from '../latency.ts'
import { type Random, seededUuid } from '../seeded-random.ts'
import { type Answer, htmlAnswer } from './answer.ts'
import type { Call } from './call.ts'
import { answerControl, type ControlPanel, isControlPath } from './control.ts'
import { Refusal, refusalAnswer } from './refusal.ts'
import type { Match, Router } from './router.ts'
import { type Delivery, send } from './send.ts'

/** A call with its answer, for logs. */
export interface AnsweredCall {
  readonly route: string
  readonly headers: IncomingHttpHeaders
  readonly status: number
}

/** The dependencies between socket and routes. */
export interface Desk extends ControlPanel {
  readonly faults: FaultPlan
  readonly router: Router
  readonly urlLimitBytes: number
  readonly latency: Latency
  readonly compression: 'gzip' | 'none'
  readonly random: Random
  readonly onCall: (route: string) => void
  readonly onAnswer: (call: AnsweredCall) => void
  /** Aborted when the simulator closes, so that nothing keeps waiting. */
  readonly closing: AbortSignal
}

/** The answer and how to deliver it. `hang` sends nothing at all. */
interface Outcome {
  readonly answer: Answer
  readonly headers: Readonly<Record<string, string>>
  readonly delivery: Delivery | 'hang'
  readonly waitMs: number
}

export async function serveRequest(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const correlationId = seededUuid(desk.random)
  const accept = request.headers.accept ?? ''
  const refuse = (error: unknown): Answer => refusalAnswer(asRefusal(error), correlationId, accept)
  const outcome = await findOutcome(desk, request, refuse).catch(
    (error: unknown): Outcome => ({
      answer: refuse(error),
      headers: {},
      delivery: 'whole',
      waitMs: 0,
    }),
  )
  if (outcome.delivery === 'hang') return
  if (outcome.waitMs > 0) {
    await wait(outcome.waitMs, undefined, { signal: desk.closing, ref: false }).catch(() => {})
  }
  if (response.destroyed) return
  await send(response, outcome.answer, {
    headers: {
      ...outcome.headers,
      'x-hubspot-correlation-id': correlationId,
      Date: new Date(desk.context.clock.nowMs()).toUTCString(),
    },
    gzips: desk.compression === 'gzip' && acceptsGzip(request),
    delivery: outcome.delivery,
  })
}

async function findOutcome(
  desk: Desk,
  request: IncomingMessage,
  refuse: (error: unknown) => Answer,
): Promise<Outcome> {
  const { method = 'GET', url = '/' } = request
  const { pathname: path, searchParams: query } = new URL(url, 'http://simulator')
  if (isControlPath(path)) {
    const answer = answerControl(desk, method, path, await readBody(request))
    return { answer, headers: {}, delivery: 'whole', waitMs: 0 }
  }
  const waitMs = nextLatencyMs(desk.latency, desk.random)
  if (Buffer.byteLength(url) > desk.urlLimitBytes) {
    const answer = htmlAnswer(414, '414 Request-URI Too Large')
    return { answer, headers: {}, delivery: 'whole', waitMs }
  }
  const bodyText = await readBody(request)
  const match = desk.router.find(method, path)
  desk.requests.count(match.route.name)
  desk.onCall(match.route.name)
  const call: Call = { ...match, method, path, query, bodyText }
  const { authorization } = request.headers
  const { answer, headers, fault } = answerCall(desk, match, call, authorization, refuse)
  desk.onAnswer({ route: match.route.name, headers: request.headers, status: answer.status })
  const slowMs = fault?.kind === 'slow' ? (fault.ms ?? defaultSlowMs) : 0
  return { answer, headers, delivery: deliveryOf(fault), waitMs: waitMs + slowMs }
}

/** Checks the token, then the budget, then faults, then calls the route: failing calls are counted, too. */
function answerCall(
  desk: Desk,
  { route, parameters }: Match,
  call: Call,
  authorization: string | undefined,
  refuse: (error: unknown) => Answer,
): { answer: Answer; headers: Readonly<Record<string, string>>; fault?: Fault | undefined } {
  const { context } = desk
  let headers: Readonly<Record<string, string>> = {}
  let fault: Fault | undefined
  try {
    if (route.budget !== 'free') {
      context.access.requireToken(authorization, context.oauth, context.clock.nowMs())
      if (route.budget === 'search') context.limits.takeSearch()
      else headers = context.limits.takeCall()
    }
    const { objectType, fromObjectType } = parameters
    const typeId = context.store.findObjectType(objectType ?? fromObjectType ?? '')?.typeId
    fault = desk.faults.strike({ route: route.name, typeId })
    const instead = fault && faultAnswer(fault, context.clock.nowMs())
    if (instead instanceof Refusal) throw instead
    return { answer: instead ?? route.answer(call, context), headers, fault }
  } catch (error) {
    return { answer: refuse(error), headers, fault }
  }
}

function acceptsGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
}

const defaultSlowMs = 2_000

function deliveryOf(fault: Fault | undefined): Outcome['delivery'] {
  if (fault?.kind === 'truncated_json') return 'half'
  if (fault?.kind === 'reset_mid_body') return 'reset'
  return fault?.kind === 'hang' ? 'hang' : 'whole'
}

/** A bug of the simulator answers 500 and says so, to distinguish it from a simulated failure. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new Refusal(500, { message: `The simulator itself failed: ${detail}` })
}

const mostBytes = 10_000_000

/** The body as text. Refuses bodies larger than any client needs. */
async function readBody(request: IncomingMessage): Promise<string> {
  if (request.method === 'GET' || request.method === 'DELETE') return ''
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    bytes += part.length
    if (bytes > mostBytes) throw new Refusal(413, { message: 'Request entity too large' })
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
