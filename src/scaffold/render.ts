import { hclHole, jsonHole, yamlHole } from './holes.ts'

type Hole = (value: unknown) => string

/** A template as the build leaves it: see scripts/templates.mjs, which refuses raw holes and unknown names. */
export interface Template {
  readonly names: readonly string[]
  render(
    view: Readonly<Record<string, unknown>>,
    holes: Readonly<Record<'yaml' | 'json' | 'hcl', Hole>>,
  ): string
}

/** The template's text with each `{{yaml x}}`, `{{json x}}` and `{{hcl x}}` filled in. Pure. */
export function render(template: Template, view: Readonly<Record<string, unknown>>): string {
  const missing = template.names.filter(name => view[name] === undefined)
  if (missing.length > 0) throw new TypeError(`the view has no ${missing.join(', ')}`)
  return template.render(view, { yaml: yamlHole, json: jsonHole, hcl: hclHole })
}
