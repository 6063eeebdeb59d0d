# Random terms of lme4 for the formulas below. Needs lme4:  Rscript random-terms.R > random-terms.json
suppressMessages(library(lme4))
set.seed(1)
n <- 24
d <- data.frame(y = round(rnorm(n), 2), x = round(rnorm(n), 2), k = rep(c(10, 2, 33), 8),
                f = factor(rep(c("a", "b", "c"), each = 8)), g = factor(rep(c("u", "v", "w", "z"), 6)),
                h = factor(rep(c("p", "q"), 12)))
formulas <- c("y ~ 1 + (1 | g)", "y ~ x + (x | g)", "y ~ (0 + x | g)", "y ~ (x || g)", "y ~ (f | k)", "y ~ (0 + f | g)",
              "y ~ (1 | f:g)", "y ~ (f || h)", "y ~ (1 + x | g) + (1 | k)", "y ~ (x * h | k)", "y ~ (1 | g) + (0 + f:x | h)",
              "y ~ (1 | f:h:k)", "y ~ (poly(x, 2) | k)")
q <- function(s) vapply(s, function(v) encodeString(v, quote = "\""), "")
num <- function(v) paste0("[", paste(format(v, digits = 17, trim = TRUE), collapse = ","), "]")
one <- function(text) {
  re <- lFormula(as.formula(text), d, control = lmerControl(check.nobs.vs.nlev = "ignore", check.nobs.vs.nRE = "ignore",
                 check.nlev.gtr.1 = "ignore", check.nobs.vs.rankZ = "ignore"))$reTrms
  terms <- vapply(seq_along(re$cnms), function(i) {
    fl <- re$flist[[attr(re$flist, "assign")[i]]]
    sprintf("{\"group\":%s,\"levels\":[%s],\"names\":[%s],\"z\":%s}", q(names(re$cnms)[i]), paste(q(levels(fl)), collapse = ","),
            paste(q(re$cnms[[i]]), collapse = ","), num(as.vector(as.matrix(re$Ztlist[[i]]))))
  }, "")
  sprintf("{\"formula\":%s,\"terms\":[%s]}", q(text), paste(terms, collapse = ","))
}
column <- function(name) {
  v <- d[[name]]
  paste0(q(name), ":", if (is.factor(v)) paste0("[", paste(q(as.character(v)), collapse = ","), "]") else num(v))
}
cat("{\"data\":{", paste(vapply(names(d), column, ""), collapse = ",\n"), "},\n\"cases\":[",
    paste(vapply(formulas, one, ""), collapse = ",\n"), "]}\n", sep = "")
