/**
 * A process that uses the embedded database of a directory, for tests: prints its URL, and closes it when
 * its standard input ends.
 */
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'

const [directory = '.'] = process.argv.slice(2)
const database = await openDatabase(readDatabaseSettings({}, directory))
process.stdout.write(`${database.url()}\n`)
process.stdin.resume()
process.stdin.once('end', () => database.close())
