/**
 * What a linear predictor stands for in a family, as in Rigby and Stasinopoulos (2005): the location of the response (its mean,
 * or one of several, as those of categories), its scale, its shape, the probability of a mass point such as zeros, or a part
 * of a mean that is a function of several predictors.
 */
export type Role = 'location' | 'scale' | 'shape' | 'mass' | 'part'
