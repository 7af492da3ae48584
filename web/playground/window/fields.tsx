import { useId } from 'react'
import type { Filled, FormField } from '../emulator.ts'
import styles from './deeds.module.css'

type FieldsProps = { readonly fields: readonly FormField[]; readonly filled: Filled; readonly fill: (name: string, value: string) => void }

/** The questions of a form, as its app asks them; what is not touched stays as it was filled in beforehand. */
export function Fields({ fields, filled, fill }: FieldsProps) {
  return (
    <div className={styles.fields} data-part="fields">
      {fields.map((field) => (
        <Field key={field.name} field={field} value={filled[field.name] ?? field.value ?? ''} fill={(value) => fill(field.name, value)} />
      ))}
    </div>
  )
}

function Field({ field, value, fill }: { readonly field: FormField; readonly value: string; readonly fill: (value: string) => void }) {
  const id = useId()
  const { label, required, hint } = field
  return (
    <div className={styles.field}>
      <label htmlFor={id}>
        {label}
        {required ? <span aria-hidden> *</span> : null}
      </label>
      <Input id={id} field={field} value={value} fill={fill} hint={hint ? `${id}-hint` : undefined} />
      {hint ? <small id={`${id}-hint`}>{hint}</small> : null}
    </div>
  )
}

type InputProps = {
  readonly id: string
  readonly field: FormField
  readonly value: string
  readonly fill: (value: string) => void
  readonly hint: string | undefined
}

function Input({ id, field, value, fill, hint }: InputProps) {
  const common = { id, value, required: field.required, 'aria-describedby': hint }
  switch (field.kind) {
    case 'long-text':
      return <textarea {...common} rows={3} onChange={(event) => fill(event.target.value)} />
    case 'choice':
      return (
        <select {...common} onChange={(event) => fill(event.target.value)}>
          <option value="">Choose…</option>
          {field.options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )
    case 'date':
      return <input {...common} type="date" onChange={(event) => fill(event.target.value)} />
    case 'text':
      return <input {...common} type="text" onChange={(event) => fill(event.target.value)} />
  }
}
