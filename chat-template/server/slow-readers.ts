/** What is looked at of Engine.IO's connection; its buffer is not among the declared members. */
interface Connection {
  writeBuffer: { data?: string | Buffer }[]
  transport: { socket?: { bufferedAmount?: number; terminate?: () => void } }
  close(discard?: boolean): void
}

/** A client that has this much waiting for it does not read; measured without a bound: 706 MB in 15 s for one. */
const mostFrames = 1_000
const mostBytes = 4_000_000

/** The connections that do not read what they are sent. */
export function slowReaders(engine: object): Connection[] {
  const connections = Object.values((engine as { clients: Record<string, Connection> }).clients)
  return connections.filter(({ writeBuffer, transport }) => {
    if (writeBuffer.length > mostFrames) return true
    const inSocket = transport.socket?.bufferedAmount ?? 0
    return writeBuffer.reduce((sum, packet) => sum + (packet.data?.length ?? 0), inSocket) > mostBytes
  })
}

/** Ends the connection without waiting for what it does not read; the client may come back and catch up. */
export function cut(connection: Connection): void {
  const { socket } = connection.transport
  connection.close(true)
  socket?.terminate?.()
}
