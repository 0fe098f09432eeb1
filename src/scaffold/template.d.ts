/// <reference types="handlebars" />

/** templates/*.hbs, turned into code by scripts/templates.mjs. */
declare module '*.hbs' {
  /** What the view must have. */
  export const names: readonly string[]
  /** Precompiled by Handlebars. */
  export const specification: TemplateSpecification
}
