import fc from 'fast-check'

/** The seed of every property-based test; `HUBGEN_TEST_SEED` is another one, or `random`. */
const seed = process.env['HUBGEN_TEST_SEED'] ?? '1'

if (seed !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) })
