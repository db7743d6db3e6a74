import pg from 'pg'

/** What a `COPY … FROM STDIN` reads, given as the one parameter of that statement. */
export class CopyData {
  readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }
}

/** What a role may have set otherwise and `pg` reads times by. PgBouncer knows these two, and gives them on. */
const sessionParameters = { DateStyle: 'ISO', TimeZone: 'UTC' }

/** The connections of our pool: `pg`'s, which run COPY as any other statement, in transactions of Kysely's too. */
export class CopyingClient extends pg.Client {
  /** Called by `pg` when it connects. */
  getStartupConf(): object {
    const startup = Reflect.get(pg.Client.prototype, 'getStartupConf')
    return { ...Reflect.apply(startup, this, []), ...sessionParameters }
  }

  override query = ((text: string, values?: unknown, ...others: unknown[]) => {
    const [data] = Array.isArray(values) ? (values as readonly unknown[]) : []
    if (data instanceof CopyData) return this.#copy(text, data)
    return Reflect.apply(pg.Client.prototype.query, this, [text, values, ...others])
  }) as pg.Client['query']

  /** One answer row, with the number of rows that were `copied`. */
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

/** What `pg` has for this and its types do not say. */
interface CopyConnection extends pg.Connection {
  endCopyFrom(): void
}

/** Of a CopyData message of the protocol; its length counts itself, too. */
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
   * Sends the rows behind the statement: waiting to be asked would cost a round trip, and a server that
   * does not want them throws them away.
   */
  override submit = (connection: pg.Connection): void => {
    Reflect.apply(pg.Query.prototype.submit, this, [connection])
    const { stream, endCopyFrom } = connection as CopyConnection
    const header = Buffer.alloc(1 + lengthBytes)
    header.writeUInt8(copyDataType)
    header.writeInt32BE(lengthBytes + this.#bytes.length, 1)
    // `pg` would copy the rows once more to put the header in front of them.
    stream.write(header)
    stream.write(this.#bytes)
    Reflect.apply(endCopyFrom, connection, [])
  }

  /** Called by `pg` when the server begins to read, which it does already. */
  handleCopyInResponse(): void {}
}
