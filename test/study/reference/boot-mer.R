# Parametric bootstrap of betablocker by lme4::bootMer: Rscript boot-mer.R > boot-mer.json (lme4, jsonlite)
library(lme4)
d <- read.csv("../../../examples/01-betablocker/betablocker.csv")
fit <- glmer(cbind(r, n - r) ~ treat + (1 | center), d, binomial)
stat <- function(m) c(fixef(m), sd = unname(attr(VarCorr(m)$center, "stddev")))
set.seed(1)
boot <- bootMer(fit, stat, nsim = 2000)
ok <- complete.cases(boot$t)
draws <- boot$t[ok, ]
null <- glm(cbind(r, n - r) ~ treat, binomial, d)
cat(jsonlite::toJSON(list(
  version = as.character(packageVersion("lme4")),
  n = nrow(draws),
  parameter = c("(Intercept)", "treat", "sd(center)"),
  estimate = unname(stat(fit)),
  mean = unname(colMeans(draws)),
  sd = unname(apply(draws, 2, sd)),
  lower = unname(apply(draws, 2, quantile, 0.025)),
  upper = unname(apply(draws, 2, quantile, 0.975))
), digits = NA, auto_unbox = TRUE, pretty = TRUE), "\n")
