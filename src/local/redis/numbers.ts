import { CommandError, errors } from './command-error.ts'

const integerForm = /^(?:0|-?[1-9]\d{0,18})$/
const floatForm = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)$/i
const largest = 2n ** 63n - 1n
const smallest = -(2n ** 63n)

/** Whether a signed 64-bit integer can hold it: what Redis counts with. */
function fitsInteger(value: bigint): boolean {
  return value >= smallest && value <= largest
}

/** Strict as in Redis: no blanks, no plus, no leading zeros, 64 bits. Undefined for anything else. */
export function readBigInteger(text: string): bigint | undefined {
  if (!integerForm.test(text)) return undefined
  const value = BigInt(text)
  return fitsInteger(value) ? value : undefined
}

/** Throws a CommandError with `problem` when `text` is not a 64-bit integer. */
export function bigInteger(text: string, problem: string = errors.notInteger): bigint {
  const value = readBigInteger(text)
  if (value === undefined) throw new CommandError(problem)
  return value
}

/** For counts and positions, where rounding beyond 2^53 changes nothing. */
export function toInteger(text: string, problem: string = errors.notInteger): number {
  return Number(bigInteger(text, problem))
}

/** `a + b` in 64 bits; throws Redis' overflow error. */
export function addIntegers(a: bigint, b: bigint): bigint {
  const sum = a + b
  if (!fitsInteger(sum)) throw new CommandError(errors.overflow)
  return sum
}

/** What C's strtod takes, without hexadecimal: `1`, `-.5`, `1e3`, `inf`. Undefined for anything else. */
export function readFloat(text: string): number | undefined {
  if (!floatForm.test(text)) return undefined
  const word = text.toLowerCase()
  if (word.includes('inf')) return word.startsWith('-') ? -Infinity : Infinity
  return Number(text)
}

/** Throws a CommandError with `problem` when it is no number, or one that a double cannot hold. */
export function toFloat(text: string, problem: string = errors.notFloat): number {
  const value = readFloat(text)
  const overflows = value !== undefined && !Number.isFinite(value) && !/inf/i.test(text)
  const underflows = value === 0 && /[1-9]/.test(text.split(/e/i)[0] ?? '')
  if (value === undefined || overflows || underflows) throw new CommandError(problem)
  return value
}

/** C's `%.17g`, which is how Redis 7.0 prints scores (networking.c, addReplyDouble). */
export function formatDouble(value: number): string {
  if (value === Infinity) return 'inf'
  if (value === -Infinity) return '-inf'
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value)
  if (value === 0) return '-0'
  const [digits = '', power = '0'] = value.toExponential(16).split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 17) {
    const sign = exponent < 0 ? '-' : '+'
    return `${trimZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  return trimZeros(value.toFixed(16 - exponent))
}

function trimZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
}
