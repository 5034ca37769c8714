/** The law of steps for phases 9 to 20: the platform on which it is held, and the steps that have nothing to do on it although they apply. */

/** As many of the choices as go together; what is another choice says so itself, as the reason for which it is skipped. */
export const LATER_LAWS: {spec: Record<string, unknown>; secrets: Record<string, string>} = {
  spec: {
    slos: [{name: 'demo', objective: 99.5, indicator: {type: 'http-errors', route: 'demo'}}],
    // Room for all data systems at once.
    nodePools: [{name: 'general', min: 3, max: 6, cpu: 16, memory: '64Gi'}],
    phases: {
      gitops: {enabled: false},
      logging: {backend: {type: 'opensearch', inCluster: true, replicas: 1}},
      mesh: {enabled: true, type: 'linkerd', inject: ['demo'], tracing: {backend: 'jaeger'}},
      operators: {enabled: true, ...Object.fromEntries(['kafka', 'postgres', 'mysql', 'mongodb', 'redis', 'rabbitmq'].map((id) => [id, {enabled: true, instances: 1}]))},
      secrets: {store: 'vault', vault: {replicas: 1, unsealKeys: 'unseal'}},
      autoscaling: {vpa: {enabled: true}, nodes: 'cluster-autoscaler'},
      security: {engine: 'kyverno', replicas: 1},
      backup: {store: {secret: 'store'}},
      chaos: {enabled: true, namespaces: ['demo']},
      cost: {budget: 1000, teams: [{name: 'shop', namespaces: ['demo'], cpu: '20', memory: '40Gi'}]},
    },
    secrets: {unseal: 'file:../unseal', store: 'file:../store'},
  },
  secrets: {unseal: 'a2V5LW9mLXRoZS1sYXc=', store: '[default]\naws_access_key_id = AKIALAWOFSTEPS\naws_secret_access_key = law-of-steps-0123456789\n'},
}

/** Steps that find all as it should be when they look first, and why; a new one must be named here. */
export const SATISFIED_FROM_THE_START: Record<string, string> = {
  'logging/earlier-choice': 'nothing of another choice was ever installed',
  'secrets/earlier-choice': 'nothing of another choice was ever installed',
  'autoscaling/earlier-choice': 'nothing of another choice was ever installed',
  'security/earlier-choice': 'nothing of another choice was ever installed',
  'security/kyverno-own': 'only with enforceNamespaces or generateNetworkPolicies, which the covering set builds',
  'security/single-engine': 'only looks, and refuses',
  'operators/storage-class': 'only looks, and refuses',
}
