import Handlebars from 'handlebars/runtime'
import { hclHole, jsonHole, yamlHole } from './holes.ts'

/** A template as the build leaves it: see scripts/templates.mjs, which refuses raw holes and unknown names. */
export interface Template {
  readonly names: readonly string[]
  readonly specification: TemplateSpecification
}

/** The template's text with each `{{yaml x}}`, `{{json x}}` and `{{hcl x}}` filled in. Pure. */
export function render(template: Template, view: Readonly<Record<string, unknown>>): string {
  // `{{#if x}}` is silently false for a name that is not there.
  const missing = template.names.filter(name => view[name] === undefined)
  if (missing.length > 0) throw new TypeError(`the view has no ${missing.join(', ')}`)
  const helpers = { yaml: yamlHole, json: jsonHole, hcl: hclHole }
  return Handlebars.template(template.specification)(view, { helpers })
}
