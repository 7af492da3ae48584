import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ArticleText, ArticleVersionLine } from '../../src/http/api-types.ts'
import { Dialog, DialogButtons } from '../shared/dialog.tsx'
import { When } from '../shared/when.tsx'
import { knowledgeApi, type SavedAs } from './api.ts'
import { CompareView } from './compare-view.tsx'
import styles from './editor.module.css'
import { Problem, Waiting } from './notices.tsx'
import { VERSION_STATES } from './words.ts'

/** Every save, the newest first; each can be held against the text as it is now, and brought back. */
export function Versions({
  id,
  live,
  text,
  dirty,
  onRestored,
}: {
  readonly id: string
  readonly live: number | null
  readonly text: ArticleText
  readonly dirty: boolean
  readonly onRestored: (told: string) => void
}) {
  const [open, setOpen] = useState<number>()
  const [restoring, setRestoring] = useState<number>()
  const found = useQuery({ queryKey: ['versions', id], queryFn: () => knowledgeApi.versions(id) })
  if (found.isPending) return <Waiting />
  return (
    <>
      <Problem error={found.error} />
      <ol className={styles.versions} reversed>
        {found.data?.items.map((version) => (
          <li key={version.number}>
            <div className={styles.versionHead}>
              <div>
                <b>Version {version.number}</b>
                <span className={styles.versionState} data-live={version.number === live}>
                  {version.number === live ? 'People read this one' : VERSION_STATES[version.state]}
                </span>
                <p>
                  {version.by}, <When at={version.at} />
                  {version.restored === null ? '' : `, brought version ${version.restored} back`}
                </p>
              </div>
              <Button
                size="xs"
                variant="default"
                aria-expanded={open === version.number}
                onClick={() => setOpen(open === version.number ? undefined : version.number)}
              >
                {open === version.number ? 'Close' : 'Compare'}
              </Button>
              <Button size="xs" variant="subtle" disabled={dirty} onClick={() => setRestoring(version.number)}>
                Bring back
              </Button>
            </div>
            {open === version.number ? <Compared id={id} version={version} text={text} /> : null}
          </li>
        ))}
      </ol>
      {dirty ? <p className={styles.quiet}>Save your text, or discard it, before you bring a version back.</p> : null}
      {restoring === undefined ? null : (
        <Restore id={id} number={restoring} onClose={() => setRestoring(undefined)} onRestored={onRestored} />
      )}
    </>
  )
}

function Compared({ id, version, text }: { readonly id: string; readonly version: ArticleVersionLine; readonly text: ArticleText }) {
  const old = useQuery({
    queryKey: ['version', id, version.number],
    queryFn: () => knowledgeApi.version(id, version.number),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (!old.data) return old.isError ? <Problem error={old.error} /> : <Waiting />
  return <CompareView label={`From version ${version.number} to the text now`} before={old.data} after={text} />
}

function Restore({
  id,
  number,
  onClose,
  onRestored,
}: {
  readonly id: string
  readonly number: number
  readonly onClose: () => void
  readonly onRestored: (told: string) => void
}) {
  const queries = useQueryClient()
  const restore = useMutation({
    mutationFn: (state: SavedAs) => knowledgeApi.restore(id, number, state),
    onSuccess: async ({ version }, state) => {
      onClose()
      await queries.invalidateQueries()
      onRestored(`Version ${number} is back, as version ${version}. ${state === 'published' ? 'People read it now.' : 'It is a draft.'}`)
    },
  })
  return (
    <Dialog onClose={onClose} title={`Bring version ${number} back?`}>
      It becomes the newest version. Every other one stays in this list.
      <Problem error={restore.error} />
      <DialogButtons>
        <Button variant="default" loading={restore.isPending} onClick={() => restore.mutate('draft')}>
          As a draft
        </Button>
        <Button loading={restore.isPending} onClick={() => restore.mutate('published')}>
          And publish it
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
