import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { TemplateView } from '../../../src/http/api-types.ts'
import { deskApi } from './api.ts'
import styles from './desk.module.css'
import type { Acts } from './use-acts.ts'

const keyOf = ({ name, language }: TemplateView) => `${name}/${language}`

/** For a person whose window is closed: a template, its values, and what the person will read. */
export function TemplatePicker({ id, name, act }: { readonly id: string; readonly name: string; readonly act: Acts['act'] }) {
  const known = useQuery({ queryKey: ['templates', id], queryFn: () => deskApi.templates(id), staleTime: 60_000 })
  const [wanted, setWanted] = useState('')
  const [given, setGiven] = useState<readonly string[]>([])
  const templates = known.data?.templates ?? []
  const picked = templates.find((one) => keyOf(one) === wanted) ?? templates[0]
  if (known.isPending) return <p className={styles.none}>Looking for templates…</p>
  if (!picked) return <p className={styles.none}>{known.error?.message ?? known.data?.hint ?? 'There is no template.'}</p>
  const values = Array.from({ length: picked.values }, (_, index) => given[index]?.trim() ?? '')
  const words = wordsOf(picked, values)
  return (
    <form
      className={styles.template}
      aria-label={`Template for ${name}`}
      onSubmit={(event) => {
        event.preventDefault()
        const { name: template, language } = picked
        act(id, { do: 'say', content: [{ type: 'template', name: template, language, values }] }, words)
        setGiven([])
      }}
    >
      <NativeSelect
        label="Template"
        value={keyOf(picked)}
        data={templates.map((one) => ({ value: keyOf(one), label: `${one.name.replaceAll('_', ' ')} (${one.language})` }))}
        onChange={({ currentTarget }) => {
          setWanted(currentTarget.value)
          setGiven([])
        }}
      />
      {values.map((_, index) => (
        <TextInput
          // biome-ignore lint/suspicious/noArrayIndexKey: a value is its place
          key={index}
          label={`Value ${index + 1}`}
          required
          withAsterisk={false}
          value={given[index] ?? ''}
          onChange={({ currentTarget: { value } }) =>
            setGiven(Array.from({ length: picked.values }, (_, n) => (n === index ? value : (given[n] ?? ''))))
          }
        />
      ))}
      <blockquote>{words}</blockquote>
      <Button type="submit" disabled={values.includes('')}>
        Send template to {name}
      </Button>
    </form>
  )
}

/** With the values that are there, and the gaps where they are not yet. */
const wordsOf = ({ text }: TemplateView, values: readonly string[]): string =>
  text.replace(/\{\{(\d{1,2})\}\}/g, (gap, number: string) => values[Number(number) - 1] || gap)
