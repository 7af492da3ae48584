import { type AnchorHTMLAttributes, useSyncExternalStore } from 'react'

const home = '/admin/knowledge'
const moved = 'knowledge:moved'

/** Where in the page somebody is; each place has an address that can be kept and sent. Questions stand there by their number: addresses are logged. */
export type Place =
  | { readonly at: 'questions'; readonly article: string | undefined }
  | { readonly at: 'articles' }
  | { readonly at: 'article'; readonly id: string; readonly question: string | undefined }
  | { readonly at: 'new'; readonly question: string | undefined }
  | { readonly at: 'try'; readonly question: string | undefined }

export function placeOf({ pathname, search }: { readonly pathname: string; readonly search: string }): Place {
  const [where, id] = pathname.slice(home.length).split('/').filter(Boolean).map(decodeURIComponent)
  const query = new URLSearchParams(search)
  const question = query.get('question') ?? undefined
  if (where === 'articles') return id === undefined ? { at: 'articles' } : { at: 'article', id, question }
  if (where === 'new') return { at: 'new', question }
  if (where === 'try') return { at: 'try', question }
  return { at: 'questions', article: query.get('article') ?? undefined }
}

export function addressOf(place: Place): string {
  const query = (given: { readonly [name: string]: string | undefined }) => {
    const kept = Object.entries(given).flatMap(([name, value]) => (value ? [[name, value]] : []))
    return kept.length === 0 ? '' : `?${new URLSearchParams(kept)}`
  }
  switch (place.at) {
    case 'questions':
      return home + query({ article: place.article })
    case 'articles':
      return `${home}/articles`
    case 'article':
      return `${home}/articles/${encodeURIComponent(place.id)}${query({ question: place.question })}`
    case 'new':
      return `${home}/new${query({ question: place.question })}`
    case 'try':
      return `${home}/try${query({ question: place.question })}`
  }
}

/** `instead`: the way back leads past where we are. */
export function go(place: Place, instead = false): void {
  history[instead ? 'replaceState' : 'pushState'](null, '', addressOf(place))
  window.dispatchEvent(new Event(moved))
  if (!instead) window.scrollTo(0, 0)
}

const here = () => location.pathname + location.search
const watch = (changed: () => void) => {
  window.addEventListener('popstate', changed)
  window.addEventListener(moved, changed)
  return () => {
    window.removeEventListener('popstate', changed)
    window.removeEventListener(moved, changed)
  }
}

export function usePlace(): Place {
  useSyncExternalStore(watch, here)
  return placeOf(location)
}

/** A link within the page; a new tab, where the reader asks for one, opens as everywhere. */
export function Go({ to, ...rest }: { readonly to: Place } & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href' | 'onClick'>) {
  return (
    <a
      {...rest}
      href={addressOf(to)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        go(to)
      }}
    />
  )
}
