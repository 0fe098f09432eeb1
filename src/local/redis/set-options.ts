import { CommandError, errors } from './command-error.ts'
import type { Expiry } from './expiry-time.ts'

export interface SetOptions {
  readonly condition: 'nx' | 'xx' | undefined
  readonly get: boolean
  readonly keepExpiry: boolean
  readonly expiry: Expiry | undefined
}

export interface GetExOptions {
  readonly expiry: Expiry | undefined
  readonly persist: boolean
}

/** `NX | XX`, `GET`, one of `EX n | PX n | EXAT n | PXAT n | KEEPTTL`, in any order. Throws a syntax error. */
export function parseSet(words: readonly string[]): SetOptions {
  let condition: SetOptions['condition']
  let get = false
  let keepExpiry = false
  let expiry: Expiry | undefined
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] ?? '').toUpperCase()
    const unit = expiryUnit(word)
    const amount = words[at + 1]
    if (word === 'NX' && condition !== 'xx') condition = 'nx'
    else if (word === 'XX' && condition !== 'nx') condition = 'xx'
    else if (word === 'GET') get = true
    else if (word === 'KEEPTTL' && expiry === undefined) keepExpiry = true
    else if (unit !== undefined && amount !== undefined && fits(unit, expiry) && !keepExpiry) {
      expiry = { unit, amount }
      at++
    } else throw new CommandError(errors.syntax)
  }
  return { condition, get, keepExpiry, expiry }
}

/** One of `EX n | PX n | EXAT n | PXAT n | PERSIST`, or nothing. Throws a syntax error. */
export function parseGetEx(words: readonly string[]): GetExOptions {
  let persist = false
  let expiry: Expiry | undefined
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] ?? '').toUpperCase()
    const unit = expiryUnit(word)
    const amount = words[at + 1]
    if (word === 'PERSIST' && expiry === undefined) persist = true
    else if (unit !== undefined && amount !== undefined && fits(unit, expiry) && !persist) {
      expiry = { unit, amount }
      at++
    } else throw new CommandError(errors.syntax)
  }
  return { expiry, persist }
}

/** The same unit may come again, and the last one counts; another unit may not. */
function fits(unit: Expiry['unit'], before: Expiry | undefined): boolean {
  return before === undefined || before.unit === unit
}

function expiryUnit(word: string): Expiry['unit'] | undefined {
  return word === 'EX' || word === 'PX' || word === 'EXAT' || word === 'PXAT' ? word : undefined
}
