/** What `kp mirror list` gives back. */
import {z} from 'zod'
import {clusterName, environmentName} from './common.ts'

/** `kp mirror list`. */
export const mirrorList = z.object({
  schema: z.literal('kp/mirror-list/v1'),
  environment: environmentName,
  cluster: clusterName,
  mirror: z.object({
    charts: z.string().nullable().describe('charts.mirror of kp.yaml; null where it is not set.'),
    images: z.string().nullable().describe('images.mirror of kp.yaml; null where it is not set.'),
  }),
  charts: z.array(
    z.object({
      component: z.string().describe('Component of the catalog. Two may share a chart.'),
      name: z.string(),
      version: z.string(),
      repository: z.string(),
      pull: z.string().describe('Arguments of helm pull.'),
      target: z.string().nullable().describe('Where charts.mirror has it; null without one.'),
    }),
  ),
  notes: z.array(z.string()).describe('What the list cannot know.'),
  images: z.array(
    z.object({
      image: z.string().describe('As upstream names it, with tag and digest where there is one.'),
      source: z.string().describe('For a tool that copies: by digest where there is one.'),
      target: z.string().nullable().describe('Where images.mirror has it; null without one.'),
      usedBy: z.array(z.string()).describe('Components, and steps of kp.'),
    }),
  ),
})
