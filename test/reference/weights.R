# Precision weights of lme4's lmer and R's glm: test/reference/weights.json. Run in test/reference.
suppressMessages({library(lme4); library(jsonlite)})
s <- read.csv("sleepstudy.csv"); s$w <- 1 + (seq_len(nrow(s)) * 7) %% 5
told <- function(m) list(logLik = as.numeric(logLik(m)), beta = unname(fixef(m)), se = unname(sqrt(diag(as.matrix(vcov(m))))),
  sd = as.numeric(attr(VarCorr(m)[[1]], "stddev")), cor = as.numeric(attr(VarCorr(m)[[1]], "correlation"))[2], sigma = sigma(m),
  residuals = unname(quantile(resid(m, type = "pearson", scaled = TRUE))))
ctl <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10))
f <- Reaction ~ Days + (Days | Subject)
g <- read.csv("sim_gamma.csv"); g$w <- 1 + (seq_len(nrow(g)) * 7) %% 5
m <- glm(y ~ x, Gamma("log"), g, weights = w, epsilon = 1e-14)
out <- list(ml = told(lmer(f, s, REML = FALSE, weights = w, control = ctl)), reml = told(lmer(f, s, weights = w, control = ctl)),
  gamma = list(beta = unname(coef(m)), deviance = deviance(m)))
# Maximum likelihood of the dispersion, given the coefficients, where phi_i = phi / w_i.
nll <- function(lp) -sum(dgamma(g$y, shape = g$w / exp(lp), scale = fitted(m) * exp(lp) / g$w, log = TRUE))
o <- optimize(nll, c(-5, 3), tol = 1e-12)
out$gamma$phi <- exp(o$minimum); out$gamma$logLik <- -o$objective
write_json(out, "weights.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
