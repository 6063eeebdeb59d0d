# Tests and sigma of R's lm and glm, Welch's test, and one coefficient under lme4's maximum likelihood:
# test/reference/degrees-of-freedom.json. Run in test/reference.
suppressMessages({library(lme4); library(jsonlite)})
told <- function(m) {
  t <- coef(summary(m)); ci <- t[, 1] + t[, 2] %o% qt(c(.025, .975), df.residual(m))
  list(beta = unname(t[, 1]), se = unname(t[, 2]), t = unname(t[, 3]), p = unname(t[, 4]), lower = unname(ci[, 1]), upper = unname(ci[, 2]),
    df = df.residual(m), sigma = sqrt(summary(m)$dispersion %||% summary(m)$sigma^2), logLik = as.numeric(logLik(m)), aic = AIC(m), bic = BIC(m))
}
`%||%` <- function(a, b) if (is.null(a)) b else a
s <- read.csv("sleepstudy.csv"); s$w <- 1 + (seq_len(nrow(s)) * 7) %% 5
s$Subject <- factor(s$Subject)
k <- read.csv("cake.csv"); k$temperature <- factor(k$temperature)
out <- list(
  plain = told(lm(Reaction ~ Days, s)),
  weighted = told(lm(Reaction ~ Days, s, weights = w)),
  factors = told(lm(angle ~ recipe * temperature, k)),
  log = told(glm(Reaction ~ Days, gaussian("log"), s, epsilon = 1e-14)),
  weightedLog = told(glm(Reaction ~ Days, gaussian("log"), s, weights = w, epsilon = 1e-14)))
welch <- function(a, b) { t <- t.test(b, a); list(df = unname(t$parameter), t = unname(t$statistic), p = t$p.value, lower = t$conf.int[1], upper = t$conf.int[2]) }
out$welch <- welch(k$angle[k$recipe == "A" & k$temp == 175], k$angle[k$recipe == "B" & k$temp >= 205])
new <- data.frame(Days = c(0, 4, 12.5))
out$predicted <- unname(predict(lm(Reaction ~ Days, s, weights = w), new, interval = "confidence", level = .9))
write_json(out, "degrees-of-freedom.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
