import pg from 'pg'

/** The input of a `COPY … FROM STDIN`, passed as the statement's only parameter. */
export class CopyData {
  readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }
}

/** Overrides role settings, because `pg` parses times in this format. PgBouncer forwards both parameters. */
const sessionParameters = { DateStyle: 'ISO', TimeZone: 'UTC' }

/** A `pg` client that runs COPY like any other statement, including in Kysely's transactions. */
export class CopyingClient extends pg.Client {
  /** `pg` calls this when it connects. */
  getStartupConf(): object {
    const startup = Reflect.get(pg.Client.prototype, 'getStartupConf')
    return { ...Reflect.apply(startup, this, []), ...sessionParameters }
  }

  /**
   * Closes a connection on which the login failed. `pg` leaves it open if the password is missing, and the server
   * then waits for a minute, during which it creates and drops no database.
   */
  override connect = ((done?: (error?: Error) => void) => {
    const connect = (given: readonly unknown[]) =>
      Reflect.apply(pg.Client.prototype.connect, this, given)
    if (done === undefined) return connect([])
    return connect([
      (error?: Error) => {
        if (error !== undefined && error !== null) Reflect.get(this, 'connection').stream.destroy()
        done(error)
      },
    ])
  }) as pg.Client['connect']

  override query = ((text: string, values?: unknown, ...others: unknown[]) => {
    const [data] = Array.isArray(values) ? (values as readonly unknown[]) : []
    if (data instanceof CopyData) return this.#copy(text, data)
    return Reflect.apply(pg.Client.prototype.query, this, [text, values, ...others])
  }) as pg.Client['query']

  /** Returns one row with the number of rows that were `copied`. */
  #copy(text: string, { bytes }: CopyData): Promise<object> {
    return new Promise((resolve, reject) => {
      const copy = new CopyIn(text, bytes, (error, result) => {
        if (error) reject(error)
        else resolve({ ...result, rows: [{ copied: result.rowCount ?? 0 }] })
      })
      Reflect.apply(pg.Client.prototype.query, this, [copy])
    })
  }
}

/** A method of `pg` that its types do not declare. */
interface CopyConnection extends pg.Connection {
  endCopyFrom(): void
}

/** The message type CopyData of the protocol; the length field counts itself. */
const copyDataType = 0x64
const lengthBytes = 4

class CopyIn extends pg.Query {
  readonly #bytes: Buffer

  constructor(
    text: string,
    bytes: Buffer,
    callback: (error: Error | undefined, result: pg.QueryResult) => void,
  ) {
    super(text, callback)
    this.#bytes = bytes
  }

  /**
   * Sends the rows right after the statement: waiting for the server's response would cost a round trip,
   * and a server that refuses the statement discards them.
   */
  override submit = (connection: pg.Connection): void => {
    Reflect.apply(pg.Query.prototype.submit, this, [connection])
    const { stream, endCopyFrom } = connection as CopyConnection
    const header = Buffer.alloc(1 + lengthBytes)
    header.writeUInt8(copyDataType)
    header.writeInt32BE(lengthBytes + this.#bytes.length, 1)
    // Prefixing the header in one buffer would make `pg` copy the rows again.
    stream.write(header)
    stream.write(this.#bytes)
    Reflect.apply(endCopyFrom, connection, [])
  }

  /** `pg` calls this when the server is ready for data; the data was sent already. */
  handleCopyInResponse(): void {}
}
