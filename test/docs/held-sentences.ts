/**
 * The sentences of an entity's setup document, by the test that runs what they say: `file: title`, inside `test/`. A
 * test requires one for each sentence of the templates; `advice` is for sentences about people's own work.
 */
export const heldSentences: Readonly<Record<string, readonly string[]>> = {
  'render/golden.test.ts: gives the expected files': [
    "The setup document of `{{entity}}`: what the copy of HubSpot's {{title}} in the table `{{table}}` contains, how to set it up, run it, watch it and repair it.",
    '| Entity | `{{entity}}` |',
    '| HubSpot object type | {{title}}, {{objectType}} |',
    '| Portal | {{portal}} |',
    '| Table | `{{table}}` |',
    '| Properties with a column | {{propertyCount}} |',
    '| Columns | {{columnCount}}, of which 6 are system columns |',
    '| Property groups | {{groupCount}} |',
    '| Properties without a column | {{skippedCount}} |',
    '| Key property | {{keyProperty}} |',
    '| Created, modified | {{createdProperty}}, {{modifiedProperty}} |',
    '| Pipelines | {{pipelines}} |',
    '| Indexes | {{indexCount}} |',
    '| Records sampled | {{sampled}} |',
    "| [analysis.json](analysis.json), [summary.txt](summary.txt) | HubSpot's definitions and hubgen's decisions; all other files are generated from it |",
    'A sync works in five steps:',
    '{{this.column}}: {{this.meaning}}',
    "HubSpot's types, and the column types that hubgen chose for them.",
    '| {{this.type}} | {{this.count}} | {{this.columnTypes}} |',
    '| {{this.name}} | {{this.label}} | {{this.column}} | {{this.type}} |',
    '| {{this.name}} | {{this.label}} | {{this.reason}} |',
    '| {{this.name}} | {{this.column}} |',
    '| {{this.name}} | {{this.column}} | {{this.reason}} |',
    '| {{this.column}} | {{this.pointsTo}} |',
    'No column of this table refers to another table.',
    'HubSpot associates {{title}} with these entities; each pair has one table of links.',
    '| {{this.entity}} | {{this.types}} | {{this.table}} |',
    '| {{this.name}} | {{this.value}} |',
  ],
  'explore/explore-portal.test.ts: writes down what the portal says they are': [
    '`analysis.json` in this folder has the reason for every column type.',
  ],
  'docs/document-facts.test.ts: its links lead to headings of it': [
    '[Setup](#setup-from-nothing) · [Full and incremental sync](#full-and-incremental-sync) · [Deletes, merges and links](#deletes-merges-and-links) · [Commands](#commands) · [Dashboard](#dashboard) · [Schema](#schema) · [Relationships and joins](#relationships-and-joins) · [Results](#performance-and-test-results) · [Production checklist](#production-checklist) · [Troubleshooting](#troubleshooting-and-support) · [Adding a property](#adding-a-property)',
  ],
  'docs/document-facts.test.ts: the diagram has a double arrow for links, a single one for a column, a line for a companion':
    [
      'The entity and its neighbors.',
      'A double arrow is a table of links, a single arrow a column with ids, a line a companion table.',
    ],
  'render/golden-sql.test.ts: the SQL of golden case %s runs': [
    '| [schema.sql](schema.sql), [indexes.sql](indexes.sql) | the table and its companion tables from scratch, each index with its reason |',
    '| [queries.sql](queries.sql), [quality.sql](quality.sql) | monitoring and relationships; completeness, duplicates, integrity |',
    'All times are `timestamptz`, stored in UTC.',
    'Each line has the number of records, the number that fail, and one example.',
    'Explore the entities around this one ({{neighbours}}), so that the joins below have both ends.',
    'Every table begins with the same six columns, followed by the properties in the order of their names.',
    '| `id` | `bigint`, primary key | the record id in HubSpot |',
    'A join with `{{this.table}}`, once `npx hubgen sync {{this.entity}}` has filled it, and the records whose counterpart is missing:',
    '{{../title}} with their linked `{{this.otherEntity}}`, and links whose other end is missing:',
  ],
  'render/validation-rules.test.ts: quality.sql counts the values that break a rule, and no others':
    [
      'HubSpot checks these validation rules when people enter values; `quality.sql` counts the values that break them.',
      '| {{this.property}} | {{this.rule}} | {{this.check}} |',
    ],
  'monitoring/judge-checks.test.ts: validation rules are counted, and judged only with a bound': [
    'They are not judged unless `quality` in `hubgen.config.ts` sets `rules`, because older and imported values may break a rule.',
  ],
  'render/golden-types.test.ts: every golden module compiles': [
    '| [table.ts](table.ts), [properties.ts](properties.ts) | the row type; column ← property, one line each |',
  ],
  'labels/apply-labels.test.ts: options, stages and pipelines are read by their labels': [
    '| [options.ts](options.ts), [labels.sql](labels.sql) | labels of options, pipelines and stages: as types and maps, and as rows |',
    '| [labelled.sql](labelled.sql), [labelled.ts](labelled.ts) | the view `{{labelledView}}` with labels in place of values, and its row type |',
    'Query `{{labelledView}}` where people read the result: it has labels in place of values.',
  ],
  'sync/command.test.ts: is quiet when it only imports': [
    '| [entity.ts](entity.ts) | the facts from which a sync works |',
  ],
  'cli/program.test.ts: %s is too old': ['Node 22.18 or newer and a HubSpot token are needed.'],
  'docs/setup-document.test.ts: every command of the document runs, in its order': [
    'In a new folder:',
    'In a clone of a project that has this folder, run `npm ci` instead.',
    'In both cases the settings are in `.env`:',
    'Create the table, and check the settings, the token and the database.',
    'Sync ten records first.',
    'Compare the copy with HubSpot, check its quality, and write the results into this document:',
    'prints one line of what changed, here of a first sync and of one without changes:',
    '**Report.** The terminal shows how many records are new, changed and deleted, and how many values were set aside.',
    'Run `queries.sql` as a whole or one statement at a time.',
    'Set DATABASE_URL to the URL that `npx hubgen database` prints:',
    'Create the property in HubSpot, then run:',
  ],
  'doctor/doctor.test.ts: scopes that are missing are named for what they are missing for': [
    "| `HUBSPOT_API_TOKEN` | a service key (HubSpot: Settings › Development › Keys › Service keys) or a private app's token, with the scope `{{scope}}` |",
  ],
  'postgres/settings.test.ts: NEON_* is a server with verified TLS': [
    '| `NEON_HOST`, `NEON_DATABASE`, `NEON_USER`, `NEON_PASSWORD`, `NEON_PORT` | the Neon database |',
  ],
  'doctor/judgements.test.ts: a server that is too old': [
    '| `DATABASE_URL` | the same as one URL; for any Postgres from 15 on |',
  ],
  'postgres/settings.test.ts: without settings it is the embedded Postgres of the working directory':
    ['Without a database variable hubgen runs an embedded Postgres in `.hubgen/` and reports it.'],
  'cli/migrate.test.ts: database opens what migrate made in the embedded Postgres, until Ctrl-C': [
    '`npx hubgen database` keeps it open and prints how to connect with `psql`.',
  ],
  'sync/refusals.test.ts: for an entity of another portal': ['{{portalCheck}}'],
  'explore/explore-portal.test.ts: sensitive properties have a column when their values may be read':
    ['{{sensitive}} of this object type hold sensitive data.'],
  'explore/explore-portal.test.ts: sensitive properties without the scope for their values are skipped':
    ['HubSpot returns their values only to a token that also has the scopes for sensitive data.'],
  'cli/migrate.test.ts: migrate says what it applied and what comes next, and may run again': [
    'A second run of `migrate` changes nothing.',
  ],
  'sync/checkpoint.test.ts: leaves no trace in the passes': ['Later runs do not rely on them.'],
  'sync/bill.test.ts: says what it would cost before a record is read': [
    'Estimate the API calls and the duration of the first full sync, then run it:',
  ],
  'sync/side-by-side.test.ts: is surveyed and read in ranges, every record once': [
    '**The first sync reads every record**, with the properties that have a column.',
  ],
  'sync/checkpoint.test.ts: starts again with --full': ['`--full` does it again at any time.'],
  'changes/changes.test.ts: reads what changed, and nothing else': [
    '**Later syncs read what changed.** They search for records whose {{modifiedProperty}} moved.',
  ],
  'sync/copy-stays-true.test.ts: a run with nothing new costs at most three calls': [
    'A sync that finds nothing new makes at most three API calls and rewrites no row, unless one of the looks below is due.',
  ],
  'sync/checkpoint.test.ts: starts again when the entity has a property more': [
    '**A new column is filled by itself**: the next sync reads all records again.',
  ],
  'sync/checkpoint.test.ts: resumes where it was: %j': [
    '**An interruption loses nothing.** Written rows stay, and the next sync resumes where the last one stopped.',
  ],
  'sync/checkpoint.test.ts: starts again after a week': [
    'A full sync that began more than a week ago starts again.',
  ],
  'sync/lease.test.ts: refuses a second run before anything is read, and says who holds it': [
    '**Only one sync per entity runs at a time**, from any machine: a second one is refused, and the error names the process.',
  ],
  'sync/bill.test.ts: at --max-calls': [
    '**A limit of API calls**, `--max-calls 500`, ends a sync as `limited`, with exit code 0; the next one resumes.',
  ],
  'sync/checkpoint.test.ts: is not needed with a time since when': [
    '`--since 3d` reads the changes of three days again.',
  ],
  'docs/scheduling.test.ts: starts what ends well when it is stopped': [
    '**Repetition**:',
    '`node_modules/.bin/hubgen sync --all --every 15m` syncs all entities every 15 minutes until Ctrl-C or `kill`.',
    '`node_modules/.bin/hubgen sync --all --every 15m` under a supervisor, or cron.',
  ],
  'sync/every.test.ts: piles up neither listeners nor connections, however many rounds there are': [
    'Rounds never overlap, the next round retries failed entities, and between rounds there is no connection to the database.',
  ],
  'sync/refusals.test.ts: with a token that HubSpot rejects': [
    '**Check.** hubgen checks the token, its portal and the table first; if one is wrong, nothing changes.',
  ],
  'hubspot/records.test.ts: reads every record in order, a hundred at a time': [
    "**Read.** HubSpot's list API returns pages of 100 records with the properties above, within the portal's rate limit.",
  ],
  'values/row.test.ts: what does not fit is left out and handed over with its reason': [
    "**Convert.** One codec per column converts HubSpot's text into a value, or rejects it with a reason.",
  ],
  'sync/refusals.test.ts: a batch is rolled back whole, and the log has its records': [
    "**Write.** A batch is one transaction: rows, rejects and the run's counters.",
    '| A batch fails for another reason | it is rolled back and reported with its record ids; the run ends |',
  ],
  'postgres/write-batch.test.ts: an equal row is not rewritten, locked, or stamped again': [
    "A record is written when it is new, or when HubSpot's version is newer and different; an unchanged row is not rewritten.",
    '`_fivetran_synced`: when the row last changed here',
    '| `_fivetran_synced` | `timestamptz` | when this row last changed here; not rewritten when nothing changed |',
  ],
  'sync/run-log.test.ts: is one readable file and one of JSON lines, which agree line by line': [
    '`--verbose`, `hubgen.run` and a log in `.hubgen/logs/` (`hubspot_{{entity}}_sync_log_….txt` for people, `.jsonl` for programs) also show the counts of records read, unchanged and rejected, and the API calls.',
  ],
  'sync/terminal.test.ts: are one object an event': [
    'With `--json`, `sync` prints one event per line.',
  ],
  'docs/setup-document.test.ts: its programs compile': [
    'From your own program (importing generated files runs nothing):',
    'Queries are typed through `generated/database.ts`:',
  ],
  'sync/settle.test.ts: marks an archived record, both flags together, with the values it was archived with':
    [
      '**A deleted record keeps its row.** A sync sets `is_deleted` and `_fivetran_deleted`, and the values stay.',
    ],
  'sync/copy-stays-true.test.ts: differences that balance are found when the recycle bin is due': [
    "Usually the next sync notices a deletion; one that HubSpot's number of records does not show is found in the recycle bin within a day.",
  ],
  'sync/copy-stays-true.test.ts: restored records are live again after one run, however many': [
    'A record that is restored in HubSpot is live again after the next sync.',
  ],
  'sync/brake.test.ts: marks none, names examples, and continues with everything else': [
    '**A run that would mark more than 20 % of the live rows and more than 100 of them marks none** and fails with `DELETES_BRAKED`, because a token that no longer sees records looks the same.',
  ],
  'sync/brake.test.ts: marks them for the one who has looked, and counts each once': [
    'Once you have checked the examples in HubSpot, `npx hubgen sync {{entity}} --allow-deletes` marks them.',
    '| `DELETES_BRAKED` | many records are missing from HubSpot; check the named examples there, then `npx hubgen sync {{entity}} --allow-deletes` |',
  ],
  'sync/settle.test.ts: has merged rows marked and remembered by loading the survivor alone': [
    '**A merge marks the record that was merged away as deleted.** `{{mergeTable}}` has its id and the id of the survivor.',
  ],
  'sync/companion-records.test.ts: a new record has its links and its history at once': [
    '**Links follow their records.** A sync reads the links of records that changed.',
  ],
  'sync/companion-records.test.ts: a link that came though no stamp moved is there a day later': [
    'A link that comes, ends or changes its label without a change of the record is right within a day.',
  ],
  'sync/passes/history.test.ts: is every value that HubSpot remembers, 50 records a call': [
    '**Former values** are rows of `{{historyTable}}`.',
  ],
  'sync/passes/history.test.ts: grows by what changed, reading only the records that changed here':
    ['A sync adds those of changed records.'],
  'docs/document-facts.test.ts: how often a sync looks again': [
    'Changes that move no modified stamp are found by looking again:',
    '| changed records, the number of live records | in every sync |',
    '| owners and teams, pipelines and stages | in the first sync of an hour |',
    '| all links | once a day |',
    '| {{calculatedCount}} calculated by HubSpot | once a day |',
    "| HubSpot's recycle bin, the changes of the last 26 hours again | once a day |",
    '| the id and stamp of every record | once a week |',
  ],
  'sync/passes/audit.test.ts: compares a sample once a day, and says so where all is equal': [
    '**The audit**: once a day, a sync compares 200 random records with HubSpot, every value and every link.',
  ],
  'sync/passes/audit.test.ts: finds, repairs and names a value and a link that no change explains':
    ['It repairs differences and keeps the result in `hubgen.audit`.'],
  'monitoring/doubts.test.ts: is a problem where no change explains it, until the next one finds nothing':
    ['A difference that no change in HubSpot explains is a problem for `npx hubgen status`.'],
  'monitoring/status-command.test.ts: the worst is what to do next': [
    '| `npx hubgen status` | shows from the database whether the copy is healthy, what is running and the next command; exit code 0 healthy, 1 problem, 2 could not look |',
  ],
  'sync/cancel-command.test.ts: stops a run that waits for HubSpot, as another process would on another machine':
    [
      '| `npx hubgen cancel {{entity}}` | stops an active sync after the batch in flight, also one on another machine; the next sync resumes |',
    ],
  'sync/verify.test.ts: exits with 0, 1 or 2, and repairs differences with --repair': [
    '| `npx hubgen verify {{entity}}` | compares every id and modified stamp with HubSpot; `--values all` also every value and link, `--repair` repairs differences; exit code 0 equal, 1 different, 2 could not look |',
  ],
  'monitoring/check-command.test.ts: red and green are a matter of the configuration, and programs read it':
    [
      '| `npx hubgen check {{entity}}` | runs `quality.sql`, compares the results and the age of the copy with the thresholds of `quality` in `hubgen.config.ts`, and keeps them in `hubgen.check_result`; exit code 1 if a check failed |',
    ],
  'quarantine/command.test.ts: values are shown on request': [
    '| `npx hubgen quarantine {{entity}}` | lists rejected values by property and reason, with record ids; `--show 5` also shows values |',
  ],
  'quarantine/command.test.ts: after a column became text, replay fills it without a call': [
    '| `npx hubgen replay {{entity}}` | tries the contents of the quarantine again, without HubSpot |',
  ],
  'drift/diff-command.test.ts: sees what differs in the live table': [
    "| `npx hubgen diff {{entity}}` | compares HubSpot's properties, these files and the tables (`--database` includes the embedded database); exit code 0 no drift, 1 drift |",
  ],
  'doctor/database.test.ts: migrations that are pending come first, and an empty database stays empty':
    [
      '| `npx hubgen doctor {{entity}}` | checks token, scopes, portal, database, rights and tables, prints the fixes, and changes nothing |',
    ],
  'report/report-command.test.ts: it writes what runs, checks and comparisons have left in the database':
    [
      '| `npx hubgen report {{entity}}` | writes performance and test results into this document, from the database alone |',
      '`npx hubgen report {{entity}}` measures this section and the next one and writes them into this document.',
      '{{measuredAt}}',
      '| {{this.name}} | {{this.value}} | {{this.threshold}} |',
      '| {{this.started}} | {{this.mode}} | {{this.outcome}} | {{this.read}} | {{this.inserted}} | {{this.updated}} | {{this.deleted}} | {{this.calls}} | {{this.seconds}} |',
    ],
  'erase/erase.test.ts: of a permanently deleted record only id, flags and links stay': [
    '| `npx hubgen erase {{entity}} <id>` | permanently empties a record that HubSpot no longer has |',
    'permanently empties a record that is not live in HubSpot: its row, former values, quarantine, labels of links, and the records that were merged into it.',
    'The id, flags, links and merges stay, so that no sync treats it as a new record.',
  ],
  'dashboard/start-and-watch.test.ts: of a few records sees the bar move': [
    'Start, watch and stop syncs in the browser:',
  ],
  'docs/document-facts.test.ts: the dashboard has the port of the document': [
    'Then open `http://localhost:5001`.',
  ],
  'dashboard/two-tabs-and-restart.test.ts: that was started in a terminal, the pages show it as it goes':
    [
      'The pages show runs of every machine, and update by themselves while one is running: its progress, records per second, API calls, remaining time and log.',
    ],
  'dashboard/start-and-watch.test.ts: of everything can be cancelled, keeps the written rows, and resumes there':
    [
      '*Sync what changed*, *Sync everything* and *Test* start a run, and *Cancel* stops it after the batch in flight.',
    ],
  'dashboard/two-tabs-and-restart.test.ts: the dashboard can be killed and comes back': [
    'Syncs that were started from a page continue when the dashboard ends.',
  ],
  'dashboard/token.test.ts: as Bearer opens the figures, under any name of the machine': [
    '`/metrics` serves Prometheus.',
  ],
  'dashboard/command.test.ts: listens on %s with a token only': [
    'By default the dashboard listens on this machine only; any other `--host` needs `HUBGEN_DASHBOARD_TOKEN`.',
  ],
  'postgres/write-batch.test.ts: an older record changes nothing, not even the quarantine': [
    '`updated_at`: when the record last changed in HubSpot',
  ],
  'monitoring/status-states.test.ts: the copy is as old as its stamped columns; other parts may be older':
    [
      "`hubgen.freshness.fresh_as_of`: the table has HubSpot's state of this time or later, per part of the copy",
      "The table has HubSpot's state of this time or later.",
    ],
  'postgres/write-batch.test.ts: a run shows its progress while it runs and its totals afterwards':
    ['`hubgen.run.started_at` and `finished_at`: the runs of a sync'],
  'postgres/quarantine.test.ts: the same reject again leaves its quarantine row alone': [
    '`hubgen.quarantine.quarantined_at`: since when a value does not fit',
  ],
  'monitoring/check-broken-data.test.ts: results are a line over time': [
    '`hubgen.audit.audited_at`, `hubgen.check_result.checked_at`, `hubgen.drift.looked_at`: the last comparisons',
  ],
  'sync/retention.test.ts: what is older than 90 days goes, except what is still needed': [
    '`hubgen.event.at`: the events of runs, kept for 90 days by default',
  ],
  'render/queries.test.ts: records are counted without the deleted ones': [
    'It shows the number of records and their freshness, the latest changes, the last ten runs and the contents of the quarantine and, where the entity has such columns, records by owner, relationships whose other side is missing, and records by pipeline and stage.',
  ],
  'render/queries.test.ts: a trial of ten records is no good run': [
    'For an alert, use the exit code of `npx hubgen status`, or the age of the copy, which is NULL until a run has read all records:',
  ],
  'monitoring/check-broken-data.test.ts: sound data passes every check that has a bound and something to count':
    [
      '`quality.sql` checks the completeness of columns that people search and join by, duplicates in properties that should be unique, the integrity of every indexed column, and links and merges that contradict the rows.',
    ],
  advice: [
    '{{results}} hubgen cannot see these points:',
    '`generated/` and `hubgen.config.ts` are in version control, and `.env` is not.',
    'A supervisor runs the sync and restarts it, and somebody gets an alert when `npx hubgen status` exits with 1 or 2.',
    'The database is backed up, and only people who may see personal data can read `{{table}}` and `hubgen.quarantine`.',
    'Run the sync regularly:',
    'If that does not help, report the problem with the output of the command, the code of the error and the log of the run in `.hubgen/logs/`.',
  ],
  'config/quality.test.ts: per-entity settings override `*`': [
    'Set thresholds in `quality` of `hubgen.config.ts`, for example `completeness: { {{thresholdExample}}: 95 }`, and run `npx hubgen check {{entity}}` after the nightly sync.',
  ],
  'drift/commit.test.ts: makes one commit of exactly the files that changed, with the drift as its message':
    [
      'Commit `generated/`, and let a nightly job run `npx hubgen diff --all --commit`, which turns changes in HubSpot into a commit to review.',
    ],
  'model/column-name.test.ts: a property becomes `property_` and its name, letter case kept': [
    "A column's name is `property_` and HubSpot's name.",
  ],
  'model/column-name.test.ts: a name beyond 63 bytes is cut and ends in a hash of the whole name': [
    'A name over 63 bytes is cut and ends in a hash of the whole name.',
  ],
  'model/column-name.test.ts: keeps its names whatever comes and goes, and in whatever order it arrives':
    ['Names never change later.'],
  'sync/refusals.test.ts: a table of another portal is left alone': [
    '| `portal_id` | `bigint` | the portal that the record was read from |',
  ],
  'sync/passes/audit.test.ts: marks a deleted record for both who read `is_deleted` and who read `_fivetran_deleted`':
    [
      '| `is_deleted`, `_fivetran_deleted` | `boolean` | archived or gone in HubSpot; always set together |',
    ],
  'postgres/write-batch.test.ts: a newer record replaces the row, clearing what was cleared': [
    '| `updated_at` | `timestamptz` | when the record last changed in HubSpot; decides which version is newer |',
  ],
  'labels/day-columns.test.ts: the day is the one that people in the portal’s zone saw': [
    'A datetime is an instant, and SQL gives its day in UTC: a time in the evening in {{zone}} may belong to the next or the previous day there.',
  ],
  'labels/day-columns.test.ts: those that people read as days': [
    "The view `{{labelledView}}` therefore also has a day column, in the portal's time zone as HubSpot shows it, for each datetime that people read as a day: datetimes whose names do not begin with `hs_`, the time of creation and the time of an activity.",
  ],
  'docs/document-facts.test.ts: another time zone is in the labelled view after explore and generate':
    [
      "If the portal's time zone changes, run `hubgen explore`, `generate` and `migrate` to update the view.",
    ],
  'postgres/quarantine.test.ts: a value that does not fit is null and quarantined until it fits': [
    '| A value does not fit its column | the column becomes NULL and the value goes to `hubgen.quarantine` with the reason; the rest of the record is written |',
  ],
  'postgres/quarantine.test.ts: records that Postgres refuses are found among many and quarantined whole':
    [
      '| Postgres refuses a record | hubgen finds it by bisection and quarantines the whole record; the rest of the batch is written |',
    ],
  'hubspot/retry.test.ts: but not endlessly, and reports the number of attempts': [
    "| HubSpot answers 429, 5xx or not at all | the call is retried with exponential backoff, up to a limit; the portal's daily limit ends the run |",
  ],
  'sync/refusals.test.ts: a missing scope is named before anything is written': [
    '| A setting, a scope or a table is wrong | hubgen reports an error with a code and the command that fixes it, exits with 1 and changes nothing |',
    '| `SCOPE_MISSING` | give the token the scope that the error names; this entity needs `{{scope}}` |',
  ],
  'sync/run-log.test.ts: holds no value, no token and no password': [
    'Logs name records and properties, never values.',
  ],
  'quarantine/command.test.ts: what did not fit is listed without values': [
    'Only the quarantine contains raw values:',
    '| A column is NULL where HubSpot shows a value | look for the record in `hubgen.quarantine`, with `npx hubgen quarantine {{entity}}` |',
  ],
  'hubspot/records.test.ts: a value that is not text becomes its JSON text': [
    'HubSpot sends every value as text.',
  ],
  'values/row.test.ts: cleared values are null, archived records say so': [
    'Empty text means "cleared" and becomes NULL in every column.',
  ],
  'values/row.test.ts: characters that Postgres cannot store are removed and counted, in values and rejects':
    ['NUL bytes and lone surrogates, which Postgres cannot store, are removed and counted.'],
  'docs/conversions.test.ts: a %s column takes the values of the document, and has its reasons': [
    '| `{{this.type}}` | {{this.count}} | {{this.accepts}} | {{this.rejects}} |',
  ],
  'doctor/doctor.test.ts: a working project is ok in every line': [
    '`npx hubgen doctor {{entity}}` checks this list and more, and prints the fixes; it changes nothing.',
  ],
  'doctor/doctor.test.ts: a token that HubSpot does not know': [
    '| `TOKEN_MISSING`, `TOKEN_REJECTED` | `HUBSPOT_API_TOKEN` is not set, or HubSpot does not accept it; create a service key, or try `npx hubgen simulate` |',
  ],
  'sync/refusals.test.ts: without the table': ['| `TABLE_MISSING` | `npx hubgen migrate` |'],
  'sync/refusals.test.ts: with a table that is not ours': [
    '| `TABLE_NOT_OURS` | a table called `{{table}}` existed before hubgen; rename it, or use another database |',
  ],
  'postgres/migrate.test.ts: it lacks columns or has them otherwise': [
    '| `TABLE_OUTDATED` | the generated files are newer than the table; `npx hubgen migrate` |',
  ],
  'postgres/migrate.test.ts: an applied file that changed is refused before anything is applied': [
    '| `MIGRATION_CHANGED` | a migration was edited after it had been applied; restore the file from version control |',
  ],
  'migrations/migrate.test.ts: s view on a view that has to be made again is named': [
    '| `MIGRATION_BLOCKED` | one of your views reads a hubgen view that has to be recreated; the error names it |',
  ],
  'migrations/generate.test.ts: of a column that exists is refused, with the choices there are, and nothing is written':
    [
      '| `COLUMN_RETYPED` | the type of an existing column was edited in `analysis.json`; see the end of this document |',
    ],
  'render/generate-command.test.ts: are all named, and nothing is written': [
    '| `FILE_EDITED` | a generated file was edited by hand; move the change elsewhere, or `npx hubgen generate {{entity}} --overwrite` |',
  ],
  'sync/passes/calculated.test.ts: are written where they changed, without moving what HubSpot did not move':
    [
      '| Values look stale although a sync just ran | HubSpot calculates some properties without moving {{modifiedColumn}}; a sync reads them once a day |',
    ],
  'sync/verify.test.ts: names the column of a value that was changed without a stamp, and repairs it':
    [
      '| `npx hubgen status` names unexplained differences | `npx hubgen verify {{entity}} --values all --repair` compares and repairs every record |',
    ],
  'docs/setup-document.test.ts: the lines to review after a new property': [
    '| A property is missing | it was created after the last `explore`, or it is among the properties without a column |',
    'The lines to review are the new file in `generated/migrations/`, one line of `properties.ts`, and the column with its comment in `schema.sql`; the other changes follow from them.',
  ],
  'sync/redact.test.ts: does not say where the database is': [
    'Logs name records and properties, and contain no value, token or address.',
  ],
  'erase/erase.test.ts: live records, ids that nobody knows and a busy entity are refused before anything is erased':
    ['A record that is live in HubSpot is refused: delete it there first.'],
  'erase/command.test.ts: `whenGone` in the configuration makes a sync erase permanently deleted records':
    [
      "With `whenGone: 'erase'` in `hubgen.config.ts` every sync erases records that were permanently deleted, that is, records that are missing from HubSpot's recycle bin too.",
    ],
  'config/explore-config.test.ts: writes its decisions down, each with the reason, and they reach the database':
    ['To choose a type or a column name yourself, set it in `hubgen.config.ts`.'],
  "labels/apply-labels.test.ts: a person's view on the labelled view survives new columns, which come last":
    [
      'Adding a column takes an instant, regardless of the size of the table, and leaves your views as they are; the next sync reads all records to fill the new column.',
    ],
  'explore/explore-portal.test.ts: follows a property that is added, archived, retyped and restored':
    [
      'A property that is archived in HubSpot keeps its column and values, marked as deprecated; if it is restored, the column is filled again.',
    ],
  'model/build-analysis.test.ts: keeps name and type of a column when HubSpot changes the type, and says so once':
    ["A column's type never changes, even if HubSpot's type does."],
  'migrations/two-columns.test.ts: a property that got another type fills both columns, and the view has it at once':
    [
      'If you choose another type, the property gets a second column, sync fills both, and the view `{{table}}_current` has every property once, in its new type.',
    ],
  'migrations/generate.test.ts: stays, and generate says so; it is dropped only with --allow-destructive':
    [
      'When your queries use the new column, remove the old one from `earlierColumns` in `analysis.json` and drop it with `npx hubgen generate {{entity}} --allow-destructive`.',
    ],
  'report/report-command.test.ts: generate keeps the results, and every checksum is right': [
    '`hubgen generate` keeps them as they are.',
  ],
  'report/report-command.test.ts: without a sync the report has the empty table, and says what was not measured':
    ['Not measured yet: run `npx hubgen check {{entity}}`.'],
  'report/report-command.test.ts: before anything was measured, each figure says so': [
    'Not measured yet: no sync has completed.',
    'Not measured yet: there was no run.',
  ],
  'report/checklist.test.ts: a point is ticked by its fact, and by no other': [
    '`npx hubgen report {{entity}}` ticks the points that the database confirms.',
    '[{{this.mark}}] {{this.text}}',
  ],
}
