import type { ClientRequest, ServerResponse } from 'node:http'
import type { Readable, Writable } from 'node:stream'

/** Passes bytes on, no faster than `to` takes them: what waits is never more than the two sockets' buffers. */
export function pump(from: Readable, to: Writable, onBytes?: (count: number) => void): void {
  from.on('data', (chunk: Buffer) => {
    onBytes?.(chunk.length)
    if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
}

/** Sends the head by itself when the first bytes of the body are long in coming; otherwise both travel together. */
export function flushHead(body: Readable, to: ClientRequest | ServerResponse): void {
  let flowing = false
  body.once('data', () => {
    flowing = true
  })
  setImmediate(() => {
    if (!flowing && !to.writableEnded && !to.destroyed) to.flushHeaders()
  })
}
