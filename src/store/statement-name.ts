/** The name that a statement's first comment gives it, under which it is prepared; undefined for those that are parsed and planned each time. */
export const statementName = (text: string): string | undefined => (text.startsWith('/* ') ? text.slice(3, text.indexOf(' */')) : undefined)
