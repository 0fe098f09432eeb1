// A word that every version of YAML reads as itself, in block and in flow context.
const plainWord = /^[A-Za-z/$][\w./-]*(?::[\w./-]+)*$/
// YAML 1.1 makes booleans, nulls and numbers of these.
const notText = /^(?:y|n|yes|no|on|off|true|false|null|inf|nan)$/i
// Parsers differ on C1 controls, line separators, byte order marks and what turns text around: they are spelled out.
const delicate = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g

/** A value in YAML, on one line, in block and in flow context. Pure. */
export function yamlHole(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(yamlHole).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, inner]) => `${yamlHole(key)}: ${yamlHole(inner)}`)
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
  }
  return typeof value === 'string' && plainWord.test(value) && !notText.test(value) ? value : jsonHole(value)
}

/** A value in JSON. Throws on what JSON has no word for. Pure. */
export function jsonHole(value: unknown): string {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined || (typeof value === 'number' && !Number.isFinite(value))) {
    throw new TypeError(`JSON has no word for ${String(value)}`)
  }
  return text.replace(delicate, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * A string, number, boolean or null in HCL. Interpolation (`${`) and directives (`%{`) are doubled; HCL has no `\b`
 * and no `\f`. Throws on half of a surrogate pair, which HCL cannot hold. Terraform itself normalizes text to NFC.
 * https://developer.hashicorp.com/terraform/language/expressions/strings
 */
export function hclHole(value: unknown): string {
  if (typeof value === 'object' && value !== null)
    throw new TypeError('an HCL hole takes no lists and objects')
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) {
    throw new TypeError('HCL has no word for half a surrogate pair')
  }
  return jsonHole(value)
    .replace(/\\(.)/g, (short, letter) => ({ b: '\\u0008', f: '\\u000c' })[letter as string] ?? short)
    .replace(/[$%]\{/g, sign => `${sign[0]}${sign}`)
}
