import { io } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { type BalancerMode, startBalancer } from '../support/socketio-balancer.ts'
import { startReplicas } from '../support/socketio-replicas.ts'
import { runVerify } from '../support/socketio-verify.ts'

/** How many of so many official clients, each polling with its cookies, get in at the first try. */
async function officialClients(url: string, number: number): Promise<number> {
  const outcomes = await Promise.all(
    Array.from({ length: number }, async () => {
      const socket = io(url, {
        forceNew: true,
        reconnection: false,
        transports: ['polling'],
        withCredentials: true,
      })
      try {
        return await new Promise<boolean>(resolve => {
          socket.on('hostname', () => resolve(true))
          socket.on('connect_error', () => resolve(false))
          socket.on('disconnect', () => resolve(false))
        })
      } finally {
        socket.close()
      }
    }),
  )
  return outcomes.filter(Boolean).length
}

describe('verify and the official client agree', () => {
  for (const [mode, works] of [
    ['cookie', true],
    ['client-ip', true],
    ['round-robin', false],
    ['random', false],
    ['tcp-random', false],
  ] as const satisfies readonly (readonly [BalancerMode, boolean])[]) {
    it(`about ${mode}: it ${works ? 'works' : 'does not work'}`, async () => {
      await using replicas = await startReplicas()
      await using balancer = await startBalancer({ mode, ports: replicas.ports })
      const gotIn = await officialClients(balancer.url, 20)
      const run = await runVerify({ url: balancer.url, expectedReplicas: 3 })
      expect(gotIn === 20).toBe(works)
      expect(run.withStatus('fail').length === 0).toBe(works)
    })
  }
})
