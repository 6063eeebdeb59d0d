# Profile-likelihood intervals of lme4 and of R's glm: test/reference/profiles.json. Run in test/reference.
suppressMessages({library(lme4); library(jsonlite)})
options(warn = 1)
beta <- read.csv("../../examples/01-betablocker/betablocker.csv")
cbpp <- read.csv("cbpp.csv"); cbpp$period <- factor(cbpp$period); cbpp$herd <- factor(cbpp$herd)
sleep <- read.csv("sleepstudy.csv"); sleep$Subject <- factor(sleep$Subject)
limits <- function(m) {
  ci <- unclass(m)
  setNames(lapply(seq_len(nrow(ci)), function(i) unname(ci[i, ])), rownames(ci))
}
tight <- function(m, level = 0.95)
  limits(confint(profile(m, delta = 0.02, maxpts = 1000, signames = FALSE), level = level))
ctl <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9), tolPwrss = 1e-12)
out <- list(
  betablocker = tight(glmer(cbind(r, n - r) ~ treat + (1 | center), beta, binomial, control = ctl)),
  cbpp = tight(glmer(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial, control = ctl)),
  sleepstudy = tight(lmer(Reaction ~ Days + (Days | Subject), sleep, REML = FALSE)),
  sleepstudy90 = tight(lmer(Reaction ~ Days + (Days | Subject), sleep, REML = FALSE), 0.9),
  betablocker_glm = limits(suppressMessages(confint(glm(cbind(r, n - r) ~ treat, binomial, beta, epsilon = 1e-12))))
)
write_json(out, "profiles.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
