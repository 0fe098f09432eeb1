import { Long, Timestamp } from 'bson'
import { compareValues } from '../bson/compare.ts'
import { describe } from '../bson/describe.ts'
import { entryOf, isDocument, isNumeric, kindOf } from '../bson/kinds.ts'
import { addNumbers, multiplyNumbers, type Numeric, toNumber } from '../bson/numbers.ts'
import { MongoError } from '../mongo-error.ts'
import type { Slot } from './slots.ts'

function needNumber(verb: string, slot: Slot, operand: unknown): Numeric {
  if (isNumeric(operand)) return operand
  throw new MongoError(14, `Cannot ${verb} with non-numeric argument: {${slot.path}: ${describe(operand)}}`)
}

function calculate(
  name: '$inc' | '$mul',
  slot: Slot,
  operand: Numeric,
  combine: (a: Numeric, b: Numeric) => Numeric | undefined,
): void {
  const present = slot.get()
  if (present === undefined) {
    // A missing field counts as zero of the operand's type.
    slot.set(name === '$inc' ? operand : combine(0, operand))
    return
  }
  const id = describe(slot.document._id)
  if (!isNumeric(present)) {
    throw new MongoError(
      14,
      `Cannot apply ${name} to a value of non-numeric type. {_id: ${id}} has the field '${slot.path.split('.').at(-1)}' of non-numeric type ${kindOf(present)}`,
    )
  }
  const result = combine(present, operand)
  if (result === undefined) {
    throw new MongoError(
      2,
      `Failed to apply ${name} operations to current value ((NumberLong)${describe(present)}) for document {_id: ${id}}`,
    )
  }
  slot.set(result)
}

export function increment(slot: Slot, operand: unknown): void {
  calculate('$inc', slot, needNumber('increment', slot, operand), addNumbers)
}

export function multiply(slot: Slot, operand: unknown): void {
  calculate('$mul', slot, needNumber('multiply', slot, operand), multiplyNumbers)
}

/** `$min` with sign -1, `$max` with sign 1. */
export function extreme(slot: Slot, operand: unknown, sign: 1 | -1): void {
  const present = slot.get()
  if (present === undefined || compareValues(operand, present) * sign > 0) slot.set(operand)
}

export function currentDate(slot: Slot, operand: unknown, now: Date): void {
  const type = isDocument(operand) ? operand.$type : operand
  if (type === 'timestamp') {
    slot.set(new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 }))
  } else if (typeof type === 'boolean' || type === 'date') {
    slot.set(now)
  } else {
    throw new MongoError(
      2,
      "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
    )
  }
}

const bitwise: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
}

function toBits(value: unknown): bigint | undefined {
  if (value instanceof Long) return value.toBigInt()
  return kindOf(value) === 'int' ? BigInt(toNumber(value as number)) : undefined
}

export function bit(slot: Slot, operand: unknown): void {
  let value: unknown = slot.get() ?? 0
  for (const [name, mask] of Object.entries(isDocument(operand) ? operand : {})) {
    const [left, right, combine] = [toBits(value), toBits(mask), entryOf(bitwise, name)]
    if (combine === undefined) {
      throw new MongoError(
        2,
        `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${name}: ${describe(mask)}}`,
      )
    }
    if (left === undefined || right === undefined) {
      throw new MongoError(
        2,
        `The $bit modifier field must be an Integer(32/64 bit); a '${kindOf(value)}' is not supported here`,
      )
    }
    const result = combine(left, right)
    value = value instanceof Long || mask instanceof Long ? Long.fromBigInt(result) : Number(result)
  }
  slot.set(value)
}
