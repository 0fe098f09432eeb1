import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { Secret } from '../../../src/command.ts'
import { minifyKubeconfig } from '../../../src/kubernetes/kubeconfig.ts'

// As `gcloud container clusters get-credentials` writes it, after two clusters.
const text = `
apiVersion: v1
kind: Config
current-context: gke_p_us-central1_other
clusters:
- name: gke_p_us-central1_other
  cluster: { server: https://10.0.0.1, certificate-authority-data: b3RoZXI= }
- name: gke_p_us-central1_chat
  cluster: { server: https://10.0.0.2, certificate-authority-data: Y2hhdA== }
contexts:
- name: gke_p_us-central1_other
  context: { cluster: gke_p_us-central1_other, user: gke_p_us-central1_other }
- name: gke_p_us-central1_chat
  context: { cluster: gke_p_us-central1_chat, user: gke_p_us-central1_chat }
users:
- name: gke_p_us-central1_chat
  user: { exec: { command: gke-gcloud-auth-plugin, apiVersion: client.authentication.k8s.io/v1beta1 } }
`
const chat = 'gke_p_us-central1_chat'
const token = new Secret('ya29')

describe('one context of a kubeconfig', () => {
  it('is a document of its own, whose user has a token and starts no program', () => {
    expect(parse(minifyKubeconfig(text, chat, token) ?? '')).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': chat,
      clusters: [
        { name: chat, cluster: { server: 'https://10.0.0.2', 'certificate-authority-data': 'Y2hhdA==' } },
      ],
      contexts: [{ name: chat, context: { cluster: chat, user: chat } }],
      users: [{ name: chat, user: { token: 'ya29' } }],
    })
  })

  it.each([
    ['that is not there', text, 'gke_p_us-central1_third'],
    ['in an empty file', '', chat],
    ['in what is not YAML', 'clusters: [{', chat],
    ['in what is no kubeconfig', 'contexts: {}\nclusters: [null]', chat],
    ['in a list', '[1]', chat],
    [
      'whose cluster is not there',
      text.replaceAll('name: gke_p_us-central1_chat\n  cluster', 'name: x\n  cluster'),
      chat,
    ],
  ])('%s is nothing', (_name, file, context) => {
    expect(minifyKubeconfig(file, context, token)).toBeUndefined()
  })
})
