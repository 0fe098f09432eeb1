import { Decimal128 } from 'bson'

/** Coefficient times ten to the exponent. */
export interface Scaled {
  readonly coefficient: bigint
  readonly exponent: number
}

/** Digits that a Decimal128 holds. https://github.com/mongodb/specifications/blob/master/source/bson-decimal128/decimal128.md */
const digits = 34

/** Undefined for what is not finite. */
export function scaled(text: string): Scaled | undefined {
  const match = /^(-?\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (match === null) return undefined
  const fraction = match[2] ?? ''
  return { coefficient: BigInt(`${match[1]}${fraction}`), exponent: Number(match[3] ?? 0) - fraction.length }
}

/** A double as the decimal that MongoDB compares it as: 34 digits. */
export function scaledNumber(value: number): Scaled | undefined {
  return Number.isFinite(value) ? scaled(value.toPrecision(digits)) : undefined
}

function aligned(a: Scaled, b: Scaled): { a: bigint; b: bigint; exponent: number } {
  const exponent = Math.min(a.exponent, b.exponent)
  const grow = (value: Scaled) => value.coefficient * 10n ** BigInt(value.exponent - exponent)
  return { a: grow(a), b: grow(b), exponent }
}

/** A double as the decimal that it becomes in a calculation: the 15 digits that are certain. */
export function certainDigits(value: number): Scaled | undefined {
  return Number.isFinite(value) ? scaled(String(Number(value.toPrecision(15)))) : undefined
}

export function addScaled(a: Scaled, b: Scaled): Scaled {
  const both = aligned(a, b)
  return { coefficient: both.a + both.b, exponent: both.exponent }
}

export function multiplyScaled(a: Scaled, b: Scaled): Scaled {
  return { coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent }
}

export function compareScaled(a: Scaled, b: Scaled): number {
  const both = aligned(a, b)
  return both.a < both.b ? -1 : both.a > both.b ? 1 : 0
}

/** Rounded half to even to 34 digits. */
export function toDecimal128(value: Scaled): Decimal128 {
  let { coefficient, exponent } = value
  const excess = coefficient.toString().replace('-', '').length - digits
  if (excess > 0) {
    const unit = 10n ** BigInt(excess)
    const rest = coefficient % unit
    const size = rest < 0n ? -rest : rest
    coefficient /= unit
    if (size * 2n > unit || (size * 2n === unit && coefficient % 2n !== 0n))
      coefficient += rest < 0n ? -1n : 1n
    exponent += excess
  }
  return Decimal128.fromString(`${coefficient}E${exponent}`)
}
