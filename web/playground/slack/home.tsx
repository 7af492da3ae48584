import { Fragment, useEffect, useState } from 'react'
import type { MessageButton } from '../emulator.ts'
import { Buttons } from '../window/buttons.tsx'
import type { HomeProps } from '../window/skin.ts'
import type { Block } from './api.ts'
import { Drawn } from './blocks.tsx'
import styles from './slack.module.css'

type View = { readonly blocks: readonly Block[] }

/** The app's home tab: what the hub has published for this person last. To look at it is told to the hub, which draws it anew. */
export function SlackHome({ line, deskName }: HomeProps) {
  const [view, setView] = useState<View | null>(null)
  const [problem, setProblem] = useState('')
  const { chat } = line.person

  useEffect(() => {
    let gone = false
    const complain = (error: unknown) => !gone && setProblem(error instanceof Error ? error.message : 'That did not work.')
    const load = () => {
      line
        .get<{ view: View | null }>(`home?chat=${encodeURIComponent(chat)}`)
        .then((told) => !gone && setView(told.view))
        .catch(complain)
    }
    const stop = line.follow('home', load)
    line.post('open', { chat, tab: 'home' }).catch(complain)
    return () => {
      gone = true
      stop()
    }
  }, [line, chat])

  const press = (data: string) => {
    line.press({ chat }, 'home', data).then(
      () => setProblem(''),
      (error: unknown) => setProblem(error instanceof Error ? error.message : 'That did not work.'),
    )
  }
  return (
    <section className={styles.home} aria-label="Home">
      {view === null ? <p>Nothing has been published here yet.</p> : null}
      {view?.blocks.map((block, index) => {
        const buttons = buttonsIn(block)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a view have no names but their places
          <Fragment key={index}>
            <Drawn block={block} deskName={deskName} />
            {buttons.length > 0 ? <Buttons buttons={buttons} at="under" press={press} /> : null}
          </Fragment>
        )
      })}
      {problem ? <p role="alert">{problem}</p> : null}
    </section>
  )
}

const buttonsIn = ({ elements = [], accessory }: Block): readonly MessageButton[] =>
  [...elements, ...(accessory ? [accessory] : [])].flatMap(({ type, text, value, url }) =>
    type === 'button'
      ? [{ label: text?.text ?? '', ...(value === undefined ? {} : { value }), ...(url === undefined ? {} : { url }) }]
      : [],
  )
