import '@mantine/core/styles.layer.css'
import { mount } from '../shared/mount.tsx'
import { KnowledgePage } from './knowledge-page.tsx'

mount(<KnowledgePage />)
