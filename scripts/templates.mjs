// Turns templates/*.hbs into code when the program is built, and refuses one that could let data through as text.
import { readFileSync } from 'node:fs'
import Handlebars from 'handlebars'

/** What a hole can be: the value is written so that a parser of that language reads the same value back. */
const holes = ['yaml', 'json', 'hcl']

/**
 * A template as the source of a module: `names`, what its view must have, and `render(view, holes)`.
 * Throws on a raw `{{x}}`, on any logic but `{{#if x}}`, and on a name that the first comment,
 * `{{!-- view: a b --}}`, does not have; also on a name there that nothing uses.
 */
export function compileTemplate(text, file) {
  const program = Handlebars.parse(text)
  const names = declaredNames(program, file)
  const used = new Set()
  const body = code(program, {
    fail: (node, message) => {
      throw new Error(`${file}:${node.loc.start.line}:${node.loc.start.column + 1} ${message}`)
    },
    use: (node, name) => {
      if (!names.includes(name)) {
        throw new Error(`${file}:${node.loc.start.line}: the view has no ${name}, it has ${names.join(', ')}`)
      }
      used.add(name)
      return `view.${name}`
    },
  })
  const unused = names.filter(name => !used.has(name))
  if (unused.length > 0) throw new Error(`${file}: nothing uses ${unused.join(', ')}`)
  return `export const names = ${JSON.stringify(names)}\nexport const render = (view, holes) => ${body}\n`
}

function declaredNames(program, file) {
  const first = program.body.find(node => node.type === 'CommentStatement')
  const names = /^\s*view:(.*)$/
    .exec(first?.value ?? '')?.[1]
    .trim()
    .split(/\s+/)
  if (names === undefined) throw new Error(`${file}: begins without {{!-- view: names --}}`)
  return names
}

/** An expression that makes the text: the template's own as literals, each hole by its function. */
function code(program, { fail, use }) {
  const isName = node =>
    node?.type === 'PathExpression' &&
    node.depth === 0 &&
    !node.data &&
    node.parts.length === 1 &&
    /^[a-z]\w*$/i.test(node.original)
  const pieces = program.body.map(node => {
    switch (node.type) {
      case 'ContentStatement':
        return JSON.stringify(node.value)
      case 'CommentStatement':
        return '""'
      case 'MustacheStatement': {
        if (!node.escaped) fail(node, 'a raw {{{hole}}}')
        const [value] = node.params
        if (!holes.includes(node.path.original) || node.params.length !== 1 || node.hash !== undefined) {
          fail(node, `a raw hole, write it as one of ${holes.map(hole => `{{${hole} x}}`).join(', ')}`)
        }
        if (!isName(value)) fail(node, 'a hole takes one name of the view')
        return `holes.${node.path.original}(${use(node, value.original)})`
      }
      case 'BlockStatement': {
        if (node.path.original !== 'if' || node.params.length !== 1 || !isName(node.params[0])) {
          fail(node, 'only {{#if name}} is allowed, logic belongs into code')
        }
        const condition = use(node, node.params[0].original)
        const otherwise = node.inverse ? code(node.inverse, { fail, use }) : '""'
        return `(${condition} ? ${code(node.program, { fail, use })} : ${otherwise})`
      }
      default:
        return fail(node, `${node.type} is not allowed here`)
    }
  })
  return pieces.length === 0 ? '""' : pieces.join(' + ')
}

/** For esbuild. */
export function templatesForEsbuild() {
  return {
    name: 'templates',
    setup(build) {
      build.onLoad({ filter: /\.hbs$/ }, ({ path }) => ({
        contents: compileTemplate(readFileSync(path, 'utf8'), path),
        loader: 'js',
      }))
    },
  }
}

/** For Vitest, which runs src/ without a build. */
export function templatesForVite() {
  return {
    name: 'templates',
    load(id) {
      return id.endsWith('.hbs') ? compileTemplate(readFileSync(id, 'utf8'), id) : null
    },
  }
}
