/** templates/*.hbs, turned into code by scripts/templates.mjs. */
declare module '*.hbs' {
  /** What the view must have. */
  export const names: readonly string[]
  export const render: import('./render.ts').Template['render']
}
