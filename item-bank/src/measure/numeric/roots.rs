//! Roots of functions of one variable.

/// A root between `low` and `high`, where the function has opposite signs (or is zero at one of them), to the last bits:
/// bisection sped up by inverse interpolation (Brent 1973, ch. 4).
pub fn brent(function: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (function(a), function(b));
    let (mut c, mut fc) = (a, fa);
    let mut step = b - a;
    let mut last_step = step;
    for _ in 0..200 {
        if fb * fc > 0.0 {
            (c, fc) = (a, fa);
            step = b - a;
            last_step = step;
        }
        if fc.abs() < fb.abs() {
            (a, fa) = (b, fb);
            (b, fb) = (c, fc);
            (c, fc) = (a, fa);
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + 1e-15;
        let half = 0.5 * (c - b);
        if half.abs() <= tolerance || fb == 0.0 {
            break;
        }
        if last_step.abs() >= tolerance && fa.abs() > fb.abs() {
            let s = fb / fa;
            let (mut p, mut q) = if a == c {
                (2.0 * half * s, 1.0 - s)
            } else {
                let (q, r) = (fa / fc, fb / fc);
                (s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            if p > 0.0 {
                q = -q;
            }
            p = p.abs();
            if 2.0 * p < (3.0 * half * q - (tolerance * q).abs()).min((last_step * q).abs()) {
                last_step = step;
                step = p / q;
            } else {
                step = half;
                last_step = half;
            }
        } else {
            step = half;
            last_step = half;
        }
        (a, fa) = (b, fb);
        b += if step.abs() > tolerance { step } else { tolerance.copysign(half) };
        fb = function(b);
    }
    b
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_root_is_found_to_the_last_digits() {
        let root = super::brent(|x| x * x * x - 2.0, 0.0, 2.0);
        assert!((root - 2.0_f64.cbrt()).abs() < 1e-15);
    }
}
