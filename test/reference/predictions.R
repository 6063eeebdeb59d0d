# Predictions and their standard errors by glm, lme4 and glmmTMB, to predictions.json. Run in this folder.
suppressMessages({library(lme4); library(glmmTMB); library(jsonlite)})
tight <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5))
out <- list()
column <- function(p, what) unname(as.numeric(p[[what]]))
both <- function(m, ...) list(linear = column(predict(m, ..., type = "link", se.fit = TRUE), "fit"),
  linearSe = column(predict(m, ..., type = "link", se.fit = TRUE), "se.fit"),
  response = column(predict(m, ..., type = "response", se.fit = TRUE), "fit"),
  responseSe = column(predict(m, ..., type = "response", se.fit = TRUE), "se.fit"))

# glm, with a factor, scale() and poly() of the fit's rows, and an offset
epil <- read.csv("epil.csv", stringsAsFactors = TRUE)
newEpil <- data.frame(base = c(10, 44, 100, 31), age = c(20, 30, 41, 28), trt = c("placebo", "progabide", "progabide", "placebo"),
  V4 = c(0, 1, 0, 1), e = c(1, 2, 0.5, 3))
g <- glm(y ~ trt + scale(log(base)) + poly(age, 2) + offset(log(e)), family = poisson, data = transform(epil, e = 1 + V4),
  control = glm.control(epsilon = 1e-14, maxit = 50))
out$glm <- list(data = newEpil, predictions = both(g, newdata = newEpil))

# gaussian with correlated slopes: known and new levels
sleep <- read.csv("sleepstudy.csv", stringsAsFactors = TRUE); sleep$Subject <- factor(sleep$Subject)
newSleep <- data.frame(Days = c(0, 4, 12, 3), Subject = c("308", "335", "372", "new"))
l <- lmer(Reaction ~ Days + (Days | Subject), sleep, REML = FALSE, control = lmerControl(optCtrl = list(xtol_rel = 1e-12, ftol_abs = 1e-12)))
t <- glmmTMB(Reaction ~ Days + (Days | Subject), sleep)
out$sleepstudy <- list(data = newSleep,
  population = unname(predict(l, newSleep, re.form = NA)),
  conditional = unname(predict(l, newSleep, re.form = NULL, allow.new.levels = TRUE)),
  populationTmb = both(t, newdata = newSleep, re.form = NA),
  conditionalTmb = both(t, newdata = newSleep[1:3, ]))

# binomial, by Laplace
cbpp <- read.csv("cbpp.csv"); cbpp$period <- factor(cbpp$period); cbpp$herd <- factor(cbpp$herd)
newCbpp <- data.frame(period = factor(c(1, 2, 4, 3), levels = 1:4), herd = c("1", "8", "15", "new"))
b <- glmer(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, family = binomial, control = tight)
t <- glmmTMB(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, family = binomial)
out$cbpp <- list(data = newCbpp,
  population = unname(predict(b, newCbpp, re.form = NA)),
  conditional = unname(predict(b, newCbpp, re.form = NULL, allow.new.levels = TRUE)),
  populationTmb = both(t, newdata = transform(newCbpp, incidence = 0, size = 1), re.form = NA),
  conditionalTmb = both(t, newdata = transform(newCbpp, incidence = 0, size = 1)[1:3, ]))

# zero-inflated counts with a second predictor, crossed effects
sal <- read.csv("Salamanders.csv", stringsAsFactors = TRUE)
newSal <- data.frame(mined = c("yes", "no", "no"), spp = c("GP", "EC-L", "DM"), site = c("R-1", "VF-4", "VF-1"))
t <- glmmTMB(count ~ mined + spp + (1 | site), ziformula = ~ mined, family = nbinom2, data = sal)
out$salamanders <- list(data = newSal, populationTmb = both(t, newdata = newSal, re.form = NA), conditionalTmb = both(t, newdata = newSal))

# two crossed factors
grouse <- read.csv("Penicillin.csv", stringsAsFactors = TRUE)
newPen <- data.frame(plate = c("a", "k", "x"), sample = c("A", "F", "B"))
t <- glmmTMB(diameter ~ 1 + (1 | plate) + (1 | sample), grouse)
out$penicillin <- list(data = newPen, conditionalTmb = both(t, newdata = newPen))
write_json(out, "predictions.json", digits = NA, auto_unbox = FALSE, pretty = FALSE)
