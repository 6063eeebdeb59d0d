# Design matrices of R for the formulas below, over one small table. Base R only:
#   Rscript design-matrices.R > design-matrices.json
# Factors are given without unused levels, as lm has them after drop.unused.levels = TRUE.
d <- data.frame(
  y = c(3.1, 2.4, 5.7, 4.4, 1.2, 6.3, 7.7, 2.9, 3.3, 8.1, 5.5, 4.9),
  x = c(0.5, 1.25, -0.75, 2, 3.5, -1.5, 0.25, 1.75, 2.5, -2.25, 1, 4),
  t = c(1, 2, 4, 3, 5, 8, 6, 7, 9, 12, 10, 11),
  k = c(1, 2, 10, 1, 2, 10, 1, 2, 10, 10, 2, 1),
  f = factor(c("a", "b", "c", "a", "b", "c", "c", "a", "b", "a", "b", "c")),
  g = factor(c("u", "u", "u", "v", "v", "v", "u", "v", "u", "v", "u", "v")),
  h = factor(c("p", "q", "r", "q", "p", "r", "p", "q", "r", "r", "q", "p")))
formulas <- c(
  "y ~ x", "y ~ f", "y ~ 0 + f", "y ~ f - 1", "y ~ f * x", "y ~ f:x", "y ~ f + f:x", "y ~ f:g", "y ~ 0 + f:g",
  "y ~ f + f:g", "y ~ g + f:g", "y ~ f * g", "y ~ f * g - f", "y ~ f/g", "y ~ f/x", "y ~ x/f", "y ~ (f + g + h)^2",
  "y ~ (f + g + x)^2 - f:g", "y ~ f:g:h", "y ~ f + g:h", "y ~ f:x + g", "y ~ 0 + x + f + g", "y ~ 0 + x + f:g",
  "y ~ g %in% f", "y ~ f + g %in% f", "y ~ poly(x, 2)", "y ~ poly(x, 3) * g", "y ~ poly(x, 2, raw = TRUE)",
  "y ~ poly(x, 1)", "y ~ f:poly(x, 2)", "y ~ poly(t, degree = 4)", "y ~ scale(x)", "y ~ scale(x, scale = FALSE) + t",
  "y ~ scale(x, center = FALSE)", "y ~ I(x^2) + log(t)", "y ~ I((x + 2 * t)/3 - 1)", "y ~ -x + t", "y ~ factor(k)",
  "y ~ factor(k, levels = c(10, 2, 1)) + x", "y ~ relevel(f, ref = \"b\") * x", "y ~ relevel(f, \"c\")",
  "y ~ factor(g, labels = c(\"left\", \"right\"))", "y ~ log(t, 2) + log2(t) + sqrt(t) + exp(x)", "y ~ 1", "y ~ 0",
  "y ~ x + I(2 * x) + t", "y ~ f + x + I(x + t) + t", "y ~ f * g * h", "y ~ x - 1 + 1", "y ~ b:a + a", "y ~ x + offset(log(t))",
  "log(y) ~ x + t", "y ~ (x + t) * f", "y ~ f/g/x", "y ~ (f + x)/g", "y ~ f * x - x", "y ~ x:t + t:x + x", "y ~ x^2 + (x + t)^2")
d$a <- d$g; d$b <- d$f
q <- function(s) vapply(s, function(v) encodeString(v, quote = "\""), "")
num <- function(v) paste0("[", paste(ifelse(is.na(v), "null", format(v, digits = 17, trim = TRUE)), collapse = ","), "]")
one <- function(text) {
  fo <- as.formula(text)
  fit <- lm(fo, d)
  x <- model.matrix(fit)
  kept <- if (ncol(x)) colnames(x)[!is.na(coef(fit))] else character()
  sprintf("{\"formula\":%s,\"deparse\":%s,\"names\":[%s],\"kept\":[%s],\"x\":%s}", q(text),
          q(paste(trimws(deparse(fo)), collapse = " ")), paste(q(colnames(x)), collapse = ","),
          paste(q(kept), collapse = ","), num(as.vector(x)))
}
column <- function(name) {
  v <- d[[name]]
  paste0(q(name), ":", if (is.factor(v)) paste0("[", paste(q(as.character(v)), collapse = ","), "]") else num(v))
}
cat("{\"data\":{", paste(vapply(names(d), column, ""), collapse = ",\n"), "},\n\"cases\":[",
    paste(vapply(formulas, one, ""), collapse = ",\n"), "]}\n", sep = "")
