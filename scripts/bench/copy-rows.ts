import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from, to } from 'pg-copy-streams'

/** Writes the table's rows to a file in the format of Postgres's binary COPY. */
export async function copyToFile(url: string, table: string, path: string): Promise<void> {
  await withClient(url, (client) =>
    pipeline(
      client.query(to(`COPY (SELECT * FROM ${table} ORDER BY id) TO STDOUT (FORMAT binary)`)),
      createWriteStream(path),
    ),
  )
}

/** The reverse, into a table with the same columns in the same order. */
export async function copyFromFile(url: string, table: string, path: string): Promise<void> {
  await withClient(url, (client) =>
    pipeline(
      createReadStream(path, { highWaterMark: 1_048_576 }),
      client.query(from(`COPY ${table} FROM STDIN (FORMAT binary)`)),
    ),
  )
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
