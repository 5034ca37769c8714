/** The Makefile: what people type in a clone. */
import type {RepositoryContext} from '../../context.ts'

/** Targets for every environment; the first that is not protected is the one where nothing is said. */
export function makefile({environments}: Pick<RepositoryContext, 'environments'>): string {
  const names = environments.map(({environment}) => environment.name)
  const first = environments.find(({environment}) => !environment.protected)?.environment.name ?? names[0] ?? 'default'
  const confirmed = environments.filter(({environment}) => environment.protected)
  return `# Rendered by kp from kp.yaml. Change kp.yaml, then run: kp render
# Environments: ${names.join(', ')}
KP ?= kp
ENV ?= ${first}
${confirmed.map(({environment}) => `CONFIRM_${environment.name} := --confirm ${environment.cluster}\n`).join('')}
.DEFAULT_GOAL := help
.PHONY: help bootstrap tools render plan up verify status test check

help: ## Say what there is
	@sed -n 's/^\\([a-z]*\\):.*## /make \\1\\t/p' Makefile

bootstrap: tools up verify ## Build the platform of ENV from nothing and prove it; asks nothing

tools: ## Bring the tools that kp uses
	$(KP) tools install

render: ## Write the repository anew from kp.yaml
	$(KP) render --yes

plan: ## Say what would change in ENV
	$(KP) plan --env $(ENV)

up: ## Build what is not as planned in ENV; safe to run again
	$(KP) up --env $(ENV) --yes${confirmed.length === 0 ? '' : ' $(CONFIRM_$(ENV))'}

verify: ## Prove ENV
	$(KP) verify --env $(ENV)

status: ## Say where ENV stands
	$(KP) status --env $(ENV)

test: ## Test the rules of the objectives
	$(KP) slo test --env $(ENV)

check: render ## Fail where the repository is not as kp.yaml wants it
	git diff --exit-code
`
}
