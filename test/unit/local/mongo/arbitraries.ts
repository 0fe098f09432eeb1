import { Binary, BSONRegExp, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson'
import fc from 'fast-check'

const name = fc
  .oneof(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', '0', ''), fc.string({ maxLength: 4 }))
  .filter(text => !text.includes('\0') && !text.startsWith('$'))

const text = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.constant('a\0b'),
)

/** Longs near the places where doubles get coarse, and anywhere. */
const long = fc
  .oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }),
    fc.bigInt({ min: -5n, max: 5n }),
  )
  .map(value => Long.fromBigInt(value))

const decimal = fc
  .oneof(
    fc.tuple(fc.bigInt({ min: -(10n ** 34n) + 1n, max: 10n ** 34n - 1n }), fc.integer({ min: -40, max: 40 })),
    fc.tuple(fc.bigInt({ min: -30n, max: 30n }), fc.integer({ min: -2, max: 1 })),
  )
  .map(([coefficient, exponent]) => Decimal128.fromString(`${coefficient}E${exponent}`))

/** A number as the server holds it: whole doubles that would read as int32 are wrapped. */
const number = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.integer(),
  fc.double().filter(value => !Number.isInteger(value) || Math.abs(value) > 2 ** 31 || Object.is(value, -0)),
  fc.integer({ min: -5, max: 5 }).map(value => new Double(value)),
  fc.constantFrom(2 ** 53, 2 ** 53 + 2, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
)

const bytes = fc.uint8Array({ maxLength: 4 }).map(value => new Binary(value, 0))

const scalar = fc.oneof(
  { weight: 4, arbitrary: number },
  { weight: 2, arbitrary: long },
  { weight: 2, arbitrary: decimal },
  { weight: 3, arbitrary: text },
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map(value => new ObjectId(value)),
  bytes,
  fc
    .tuple(fc.constantFrom('a', '^b'), fc.constantFrom('', 'i'))
    .map(([pattern, options]) => new BSONRegExp(pattern, options)),
  fc.tuple(fc.nat(5), fc.nat(5)).map(([t, i]) => new Timestamp({ t, i })),
  fc.constantFrom(new MinKey(), new MaxKey()),
)

/** Any value that a document can hold, as the server holds it. */
export const value: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('value'), { maxLength: 3 }), tie('document')),
  document: fc
    .uniqueArray(fc.tuple(name, tie('value')), { maxLength: 3, selector: ([key]) => key })
    .map(entries => Object.fromEntries(entries)),
})).value

/** A number of any type. */
export const numeric = fc.oneof(number, long, decimal)
