import '@mantine/core/styles.layer.css'
import { mount } from '../shared/mount.tsx'
import { RequestPage } from './request-page.tsx'

mount(<RequestPage />)
