import { CommandError } from './command-error.ts'
import { bigInteger } from './numbers.ts'

export interface Expiry {
  /** Seconds or milliseconds from now, or since 1970. */
  readonly unit: 'EX' | 'PX' | 'EXAT' | 'PXAT'
  readonly amount: string
}

const largest = 2n ** 63n - 1n

/**
 * Milliseconds since 1970. Throws Redis' errors: not an integer, or `invalid expire time` when it is not above zero or
 * does not fit into 64 bits.
 */
export function expiryTime({ unit, amount }: Expiry, now: number, command: string): number {
  const value = bigInteger(amount)
  if (value <= 0n) throw invalidExpiry(command)
  return absoluteTime(value, unit, now, command)
}

/** The same for EXPIRE, where a time that is past is allowed. */
export function absoluteTime(value: bigint, unit: Expiry['unit'], now: number, command: string): number {
  const seconds = unit.startsWith('EX')
  if (seconds && (value > largest / 1000n || value < -largest / 1000n)) throw invalidExpiry(command)
  const ms = seconds ? value * 1000n : value
  if (unit.endsWith('AT')) return Number(ms)
  if (ms > largest - BigInt(now)) throw invalidExpiry(command)
  return Number(ms) + now
}

function invalidExpiry(command: string): CommandError {
  return new CommandError(`ERR invalid expire time in '${command}' command`)
}
