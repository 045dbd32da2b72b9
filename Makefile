# The owner's names for commands of package.json. The day is given here and nowhere asked for inside.
AS_OF ?= $(shell date -u +%F)
SNAPSHOT ?= planning/issues/snapshot.json
PNPM := npx -y pnpm@12 run --silent

.PHONY: help issues-review issue-label-gate kpi

help: ## lists these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1  /p' $(MAKEFILE_LIST)

issues-review: ## open issues by figure, severity and age; SNAPSHOT=FILE, AS_OF=DAY
	@$(PNPM) issues:review --snapshot $(SNAPSHOT) --as-of $(AS_OF)

issue-label-gate: ## labels, severities and milestones of open issues; SNAPSHOT=FILE, AS_OF=DAY
	@$(PNPM) issues:label-gate --snapshot $(SNAPSHOT) --as-of $(AS_OF)

kpi: ## the eight key figures, written to planning/kpi; SNAPSHOT=FILE, AS_OF=DAY
	@$(PNPM) kpi --snapshot $(SNAPSHOT) --as-of $(AS_OF)
