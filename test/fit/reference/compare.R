# Writes compare.json: the upper tail of the chi-square, and lme4's anova of nested fits. Run in this folder.
library(jsonlite)
suppressMessages(library(lme4))
x <- c(1e-8, 1e-3, 0.1, 0.5, 1, 2.7055434540954, 3.84145882069412, 10, 30, 100, 700, 1400)
df <- c(1, 2, 3, 5, 10, 40, 200)
grid <- expand.grid(x = x, df = df)
tail <- list(x = grid$x, df = grid$df, p = pchisq(grid$x, grid$df, lower.tail = FALSE))

data <- function(name) read.csv(file.path("..", "..", "reference", paste0(name, ".csv")))
rows <- function(fits) {
  a <- do.call(anova, c(unname(fits), list(refit = FALSE)))
  lapply(seq_along(fits), function(i) list(
    formula = names(fits)[i], df = a[i, "npar"], AIC = a[i, "AIC"], BIC = a[i, "BIC"], logLik = a[i, "logLik"],
    deviance = -2 * a[i, "logLik"], chisq = a[i, "Chisq"], dfDifference = a[i, "Df"], p = a[i, "Pr(>Chisq)"]))
}
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10))
gaussian <- function(f, reml = FALSE) lmer(as.formula(f), data("sleepstudy"), REML = reml, control = tight)
named <- function(f, fit, ...) setNames(lapply(f, fit, ...), f)
slopes <- c("Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)",
            "Reaction ~ Days + (Days | Subject)")
sleepstudy <- rows(named(slopes, gaussian))
restricted <- rows(named(slopes, gaussian, reml = TRUE))
herds <- transform(data("cbpp"), period = factor(period))
# With its looser default tolPwrss lme4 stops 2.2e-4 of log-likelihood short.
tightest <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10), tolPwrss = 1e-13)
binomial_ <- function(f) glmer(as.formula(f), herds, family = binomial, control = tightest)
cbpp <- rows(named(c("cbind(incidence, size - incidence) ~ 1 + (1 | herd)",
                     "cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)"), binomial_))
write_json(list(r = R.version.string, lme4 = as.character(packageVersion("lme4")), chiSquareUpper = tail,
                sleepstudy = sleepstudy, sleepstudyReml = restricted, cbpp = cbpp),
           "compare.json", digits = NA, auto_unbox = TRUE, pretty = TRUE, na = "null")
