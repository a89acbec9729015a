// The kernels of org.sparkmlp.cuda, one for each operation of org.sparkmlp.backend.Backend that isn't a product of dense
// matrices, and a product for machines without cuBLAS 12. make-ptx.sh compiles this file to the PTX that is shipped.
//
// Matrices are row-major; the caller has added offsets to pointers. Threads go through elements in strides of the grid, so
// that any grid does. No sum is made by atomics: each has an order that depends on sizes alone, so the same input gives the
// same bits. Comparisons are written so that NaN stays NaN, by which training knows divergence (fmaxf would hide it).

// Ids that Formulas.java hands over.
enum { IDENTITY, RELU, TANH, SIGMOID, LEAKY, ELU, GELU, SILU, SOFTPLUS, SOFTSIGN, HARDTANH };
enum { SOFTMAX, BINARY, HINGE, SQUARED, ABSOLUTE, HUBER, QUANTILE, POISSON, GAMMA, TWEEDIE };
enum { SGD, MOMENTUM, NESTEROV, RMS, CENTERED, ADADELTA, ADAM, AMSGRAD, ADAMW, ADAMAX, NADAM, LION, RADAM };

#define EACH(i, n) \
  for (size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x; i < (size_t)(n); i += (size_t)gridDim.x * blockDim.x)

// A product with this many rows and columns is one block's.
#define TILE 64
#define DEPTH 16

// --- CounterRandom ---

static __device__ unsigned mix(unsigned x) {
  x ^= x >> 16;
  x *= 0x7FEB352Du;
  x ^= x >> 15;
  x *= 0x846CA68Bu;
  x ^= x >> 16;
  return x;
}

static __device__ unsigned element(unsigned key, unsigned counter) { return mix(key ^ mix(counter + 0x7F4A7C15u)); }

// --- activations: their formulas are in org.sparkmlp.function ---

static __device__ float sigmoid(float z) {
  float e = expf(-fabsf(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}

// For z > 0, and for NaN: scale z. Below: bottom (e^z - 1).
static __device__ float elu(float scale, float bottom, float z) { return z <= 0 ? bottom * expm1f(z) : scale * z; }

static __device__ float activation(int f, float p, float q, float z) {
  switch (f) {
    case RELU: return z <= 0 ? 0 : z;
    case TANH: return tanhf(z);
    case SIGMOID: return sigmoid(z);
    case LEAKY: return z <= 0 ? p * z : z;
    case ELU: return elu(p, q, z);
    case GELU: return 0.5f * z * erfcf(-0.70710678f * z);
    case SILU: return z * sigmoid(z);
    case SOFTPLUS: return (z <= 0 ? 0 : z) + log1pf(expf(-fabsf(z)));
    case SOFTSIGN: return z / (1 + fabsf(z));
    case HARDTANH: return z < -1 ? -1 : z > 1 ? 1 : z;
    default: return z;
  }
}

// 1 where x > 0, else 0.
static __device__ float step(float x) { return x > 0 ? 1 : x <= 0 ? 0 : x; }

static __device__ float slope(int f, float p, float q, float z, float a) {
  switch (f) {
    case RELU: return step(a);
    case TANH: return 1 - a * a;
    case SIGMOID: return a * (1 - a);
    case LEAKY: return a > 0 ? 1 : p;
    case ELU: return a > 0 ? p : a + q;
    case GELU: return 0.5f * erfcf(-0.70710678f * z) + z * 0.39894228f * expf(-0.5f * z * z);
    case SILU: return sigmoid(z) * (1 + z * sigmoid(-z));
    case SOFTPLUS: return -expm1f(-a);
    case SOFTSIGN: return (1 - fabsf(a)) * (1 - fabsf(a));
    case HARDTANH: return step(1 - fabsf(a));
    default: return 1;
  }
}

// A = f(Z), rows x columns with leading dimension ld.
extern "C" __global__ void activate(int f, float p, float q, int rows, int columns, const float* z, float* a, int ld) {
  EACH(i, (size_t)rows * columns) {
    size_t at = i / columns * ld + i % columns;
    a[at] = activation(f, p, q, z[at]);
  }
}

// D = D * f'(Z, A); z may be null unless f needs it.
extern "C" __global__ void activationGradient(int f, float p, float q, int rows, int columns, const float* z, const float* a, float* d, int ld) {
  EACH(i, (size_t)rows * columns) {
    size_t at = i / columns * ld + i % columns;
    d[at] *= slope(f, p, q, z ? z[at] : 0, a[at]);
  }
}

// a_ij = max_k z_(i, k columns + j).
extern "C" __global__ void largest(int pieces, int rows, int columns, const float* z, float* a, int lda) {
  EACH(i, (size_t)rows * columns) {
    size_t row = i / columns, j = i % columns;
    const float* from = z + row * pieces * columns + j;
    float best = from[0];
    for (int k = 1; k < pieces; k++) {
      float next = from[(size_t)k * columns];
      best = next > best || next != next ? next : best;
    }
    a[row * lda + j] = best;
  }
}

// E is D at the first piece that equals A, 0 at the others.
extern "C" __global__ void largestGradient(int pieces, int rows, int columns, const float* z, const float* a, const float* d, int lda, float* e) {
  EACH(i, (size_t)rows * columns) {
    size_t row = i / columns, j = i % columns, from = row * pieces * columns + j;
    float rest = d[row * lda + j];
    for (int k = 0; k < pieces; k++) {
      bool largest = z[from + (size_t)k * columns] == a[row * lda + j];
      e[from + (size_t)k * columns] = largest ? rest : 0;
      rest = largest ? 0 : rest;
    }
  }
}

// --- losses ---

// The term of one output, and its slope: of a sum over outputs, or of a mean, which the caller divides.
static __device__ double lossTerm(int loss, double p, double z, double y, double* g) {
  double d = z - y;
  switch (loss) {
    case BINARY: {
      double e = exp(-fabs(z));
      *g = (z >= 0 ? 1 : e) / (1 + e) - y;
      return (z > 0 ? z : 0) + log1p(e) - y * z;
    }
    case HINGE: {
      double t = 2 * y - 1, rest = 1 - t * z;
      *g = rest > 0 ? -t : 0;
      return rest <= 0 ? 0 : rest;
    }
    case SQUARED: *g = 2 * d; return d * d;
    case ABSOLUTE: *g = d > 0 ? 1 : d < 0 ? -1 : d; return fabs(d);
    case HUBER: *g = d < -p ? -p : d > p ? p : d; return fabs(d) <= p ? d * d / 2 : p * (fabs(d) - p / 2);
    case QUANTILE: *g = d < 0 ? -p : d > 0 ? 1 - p : d; return d < 0 ? -p * d : (1 - p) * d;
    case POISSON: *g = exp(z) - y; return exp(z) - y * z;
    case GAMMA: *g = 1 - y * exp(-z); return z + y * exp(-z);
    default: { // TWEEDIE; 0 times an infinite power is 0 here
      double low = y == 0 ? 0 : y * exp((1 - p) * z), high = exp((2 - p) * z);
      *g = high - low;
      return high / (2 - p) + low / (p - 1);
    }
  }
}

// The target of output k: with one output the label itself, with several one-hot; else a value.
static __device__ double target(int columns, int k, int label, const float* y) {
  return label < 0 ? y[k] : columns == 1 ? label : label == k;
}

// Softmax cross-entropy with smoothing s: y' = (1 - s) y + s / columns.
static __device__ double softmax(double s, int columns, int label, const float* z, const float* y, float weight, float* g) {
  double max = z[0], sum = 0, picked = 0;
  for (int k = 1; k < columns; k++) max = z[k] > max || z[k] != z[k] ? z[k] : max;
  for (int k = 0; k < columns; k++) sum += exp(z[k] - max);
  for (int k = 0; k < columns; k++) {
    double wanted = (1 - s) * target(columns, k, label, y) + s / columns;
    picked += wanted * (z[k] - max);
    if (g) g[k] = (float)(weight * (exp(z[k] - max) / sum - wanted));
  }
  return log(sum) - picked;
}

// Row i: its gradient by the logits, times its weight, if g isn't null; and three numbers in `each`: weight * loss, weight,
// weight if its class was predicted right.
extern "C" __global__ void lossRows(int loss, double p, int classes, int rows, int columns, const float* z, const float* y, const float* weights, float* g, double* each) {
  EACH(i, rows) {
    const float* logits = z + i * columns;
    float* gradient = g ? g + i * columns : 0;
    float weight = weights[i];
    int label = classes ? (int)y[i] : -1;
    const float* values = y + i * columns;
    double value = 0;
    if (loss == SOFTMAX) {
      value = softmax(p, columns, label, logits, values, weight, gradient);
    } else {
      double share = loss == BINARY || loss == HINGE ? 1 : 1.0 / columns;
      for (int k = 0; k < columns; k++) {
        double by;
        value += share * lossTerm(loss, p, logits[k], target(columns, k, label, values), &by);
        if (gradient) gradient[k] = (float)(weight * share * by);
      }
    }
    int best = columns == 1 ? logits[0] > 0 : 0;
    for (int k = 1; k < columns; k++) best = logits[k] > logits[best] ? k : best;
    each[3 * i] = weight * value;
    each[3 * i + 1] = weight;
    each[3 * i + 2] = classes && best == label ? weight : 0;
  }
}

// Adds `n` triples to one; a block of 32 threads.
extern "C" __global__ void addTriples(int n, const double* each, double* sums) {
  __shared__ double partial[3][32];
  int t = threadIdx.x;
  for (int c = 0; c < 3; c++) {
    double sum = 0;
    for (int i = t; i < n; i += 32) sum += each[3 * i + c];
    partial[c][t] = sum;
  }
  __syncthreads();
  if (t < 3) {
    double sum = 0;
    for (int i = 0; i < 32; i++) sum += partial[t][i];
    sums[t] += sum;
  }
}

// --- optimizers: their formulas are in org.sparkmlp.optim ---

// r: rate; k, u, v, x, y: further numbers, as Formulas.java says; s0, s1, s2: slots.
extern "C" __global__ void optimize(int rule, int n, float* w, const float* gradients, float scale, float* s0, float* s1, float* s2, float r, float b1, float a1, float b2, float a2, float epsilon, float x, float y) {
  EACH(i, n) {
    float g = gradients[i] * scale;
    switch (rule) {
      case SGD: w[i] -= r * g; break;
      case MOMENTUM: {
        float next = b1 * s0[i] - r * g;
        s0[i] = next;
        w[i] += next;
        break;
      }
      case NESTEROV: {
        float push = r * g, next = b1 * s0[i] - push;
        s0[i] = next;
        w[i] += b1 * next - push;
        break;
      }
      case RMS: {
        float next = b1 * s0[i] + a1 * (g * g);
        s0[i] = next;
        w[i] -= r * g / (sqrtf(next) + epsilon);
        break;
      }
      case CENTERED: {
        float square = b1 * s0[i] + a1 * (g * g), mean = b1 * s1[i] + a1 * g, variance = square - mean * mean;
        s0[i] = square;
        s1[i] = mean;
        w[i] -= r * g / (sqrtf(variance < 0 ? 0 : variance) + epsilon);
        break;
      }
      case ADADELTA: {
        float square = b1 * s0[i] + a1 * (g * g), d = sqrtf(s1[i] + epsilon) / sqrtf(square + epsilon) * g;
        s0[i] = square;
        s1[i] = b1 * s1[i] + a1 * (d * d);
        w[i] -= r * d;
        break;
      }
      case ADAMAX: {
        float m = b1 * s0[i] + a1 * g, before = b2 * s1[i], now = fabsf(g) + epsilon, u = before > now ? before : now;
        s0[i] = m;
        s1[i] = u;
        w[i] -= r * m / u;
        break;
      }
      case LION: {
        float d = b1 * s0[i] + a1 * g;
        s0[i] = b2 * s0[i] + a2 * g;
        w[i] = y * w[i] - r * (d > 0 ? 1 : d < 0 ? -1 : d);
        break;
      }
      default: {
        float m = b1 * s0[i] + a1 * g, v = b2 * s1[i] + a2 * (g * g);
        s0[i] = m;
        s1[i] = v;
        if (rule == AMSGRAD) {
          v = s2[i] > v ? s2[i] : v;
          s2[i] = v;
        }
        if (rule == RADAM) { // x: the rectifier, 0 while the step isn't adaptive
          w[i] -= x > 0 ? r * x * m / (sqrtf(v) + epsilon) : r * m;
        } else if (rule == NADAM) { // y: the rate of the gradient
          w[i] -= (y * g + r * m) / (sqrtf(v) * x + epsilon);
        } else if (rule == ADAMW) { // y: what decay leaves
          w[i] = y * w[i] - r * m / (sqrtf(v) * x + epsilon);
        } else {
          w[i] -= r * m / (sqrtf(v) * x + epsilon);
        }
      }
    }
  }
}

// --- regularisation ---

extern "C" __global__ void square(int n, float* x) {
  EACH(i, n) x[i] *= x[i];
}

// G = G + scale S (W - A).
extern "C" __global__ void pull(int n, const float* w, const float* a, const float* s, float scale, float* g) {
  EACH(i, n) g[i] += scale * s[i] * (w[i] - a[i]);
}

extern "C" __global__ void scale(float factor, float* x, int n) {
  EACH(i, n) x[i] *= factor;
}

// C = beta C, m x n; 0 whatever it held if beta is 0.
extern "C" __global__ void scaleMatrix(int m, int n, float beta, float* c, int ldc) {
  EACH(i, (size_t)m * n) {
    size_t at = i / n * ldc + i % n;
    c[at] = beta == 0 ? 0 : beta * c[at];
  }
}

// G = G + l1 sign(W) + l2 W.
extern "C" __global__ void penalize(float l1, float l2, const float* w, float* g, int n) {
  EACH(i, n) g[i] += l1 * (w[i] > 0 ? 1 : w[i] < 0 ? -1 : w[i]) + l2 * w[i];
}

extern "C" __global__ void clip(float bound, float* x, int n) {
  EACH(i, n) x[i] = x[i] < -bound ? -bound : x[i] > bound ? bound : x[i];
}

// Thread t's share of the sum of squares; as many threads as there are partial sums.
extern "C" __global__ void sumSquares(const float* x, int n, double* partial) {
  double sum = 0;
  EACH(i, n) sum += (double)x[i] * x[i];
  partial[(size_t)blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

// Adds n numbers; a block of 32 threads.
extern "C" __global__ void addAll(const double* each, int n, double* sum) {
  __shared__ double partial[32];
  double mine = 0;
  for (int i = threadIdx.x; i < n; i += 32) mine += each[i];
  partial[threadIdx.x] = mine;
  __syncthreads();
  if (threadIdx.x == 0) {
    double all = 0;
    for (int i = 0; i < 32; i++) all += partial[i];
    *sum = all;
  }
}

// X times most / (its length) where that, whose square is at `squares`, is longer.
extern "C" __global__ void shorten(float most, const double* squares, float* x, int n) {
  double norm = sqrt(*squares);
  if (norm > most) {
    float factor = (float)(most / norm);
    EACH(i, n) x[i] *= factor;
  }
}

// Cuts columns longer than `most` to that length; a thread a column.
extern "C" __global__ void limitColumnNorms(int rows, int columns, float* w, float most) {
  EACH(j, columns) {
    float squares = 0;
    for (int i = 0; i < rows; i++) squares += w[(size_t)i * columns + j] * w[(size_t)i * columns + j];
    double norm = sqrt((double)squares);
    bool isNumber = norm <= 1e30;
    if (norm > most || !isNumber) {
      float factor = isNumber ? (float)(most / norm) : nanf("");
      for (int i = 0; i < rows; i++) w[(size_t)i * columns + j] *= factor;
    }
  }
}

// --- dropout ---

// OUT = X * MASK, rows x columns. Row i has the key keys[i]; or, if `layered`, the key that DeviceBackend.Batches says:
// element(element(key, keys[i]), layer).
extern "C" __global__ void dropout(int dropped, float kept, const int* keys, int layered, unsigned key, int layer, int rows, int columns, const float* x, float* mask, float* out, int ld) {
  EACH(i, (size_t)rows * columns) {
    size_t row = i / columns, j = i % columns, at = row * ld + j;
    unsigned k = keys[row];
    if (layered) k = element(element(key, k), layer);
    float m = (int)(element(k, j) >> 8) < dropped ? 0 : kept;
    mask[at] = m;
    out[at] = x[at] * m;
  }
}

extern "C" __global__ void multiply(int rows, int columns, float* x, const float* y, int ld) {
  EACH(i, (size_t)rows * columns) {
    size_t at = i / columns * ld + i % columns;
    x[at] *= y[at];
  }
}

// --- rows of a batch ---

// Row i of the batch is record numbers[i], or record i if numbers is null: features, then targets, then the weight.
extern "C" __global__ void gather(int rows, int columns, int width, const float* records, const int* numbers, float* features, int ld, float* targets, float* weights) {
  int length = columns + width + 1;
  EACH(i, (size_t)rows * length) {
    size_t row = i / length, j = i % length;
    float value = records[(numbers ? (size_t)numbers[row] : row) * length + j];
    if (j < columns) features[row * ld + j] = value;
    else if (j < columns + width) targets[row * width + j - columns] = value;
    else weights[row] = value;
  }
}

// --- products with sparse rows; columns of `groups` are as SparseUpload.java has laid them out ---

// C += A B: row i of A has values[k] at column indices[k], k from starts[i] to starts[i + 1].
extern "C" __global__ void sparseRows(int rows, int n, const int* starts, const int* indices, const float* values, const float* b, int ldb, float* c, int ldc) {
  EACH(i, (size_t)rows * n) {
    size_t row = i / n, j = i % n;
    float sum = 0;
    for (int k = starts[row]; k < starts[row + 1]; k++) sum += values[k] * b[(size_t)indices[k] * ldb + j];
    c[row * ldc + j] += sum;
  }
}

// C += A' B, by the columns of A that have numbers: `places` of them, values[k] in row indices[k], k from starts[u] on.
extern "C" __global__ void sparseColumns(int used, int n, const int* places, const int* starts, const int* indices, const float* values, const float* b, int ldb, float* c, int ldc) {
  EACH(i, (size_t)used * n) {
    size_t u = i / n, j = i % n;
    float sum = 0;
    for (int k = starts[u]; k < starts[u + 1]; k++) sum += values[k] * b[(size_t)indices[k] * ldb + j];
    c[(size_t)places[u] * ldc + j] += sum;
  }
}

// --- C = alpha op(A) op(B) + beta C, where there is no cuBLAS: 256 threads make a tile, each 4 x 4 numbers of it ---

extern "C" __global__ void __launch_bounds__(256) sgemm(int ta, int tb, int m, int n, int k, float alpha, const float* a, int lda, const float* b, int ldb, float beta, float* c, int ldc) {
  __shared__ float left[DEPTH][TILE + 1];
  __shared__ float right[DEPTH][TILE + 1];
  int t = threadIdx.x, ti = t / 16, tj = t % 16;
  size_t i0 = (size_t)blockIdx.y * TILE, j0 = (size_t)blockIdx.x * TILE;
  float sums[4][4];
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) sums[i][j] = 0;
  for (int p0 = 0; p0 < k; p0 += DEPTH) {
    for (int e = t; e < TILE * DEPTH; e += 256) { // neighbours in memory for neighbouring threads
      int i = ta ? e % TILE : e / DEPTH, p = ta ? e / TILE : e % DEPTH;
      bool in = i0 + i < m && p0 + p < k;
      left[p][i] = in ? a[ta ? (size_t)(p0 + p) * lda + i0 + i : (i0 + i) * lda + p0 + p] : 0;
      int j = tb ? e / DEPTH : e % TILE, q = tb ? e % DEPTH : e / TILE;
      in = j0 + j < n && p0 + q < k;
      right[q][j] = in ? b[tb ? (j0 + j) * ldb + p0 + q : (size_t)(p0 + q) * ldb + j0 + j] : 0;
    }
    __syncthreads();
    for (int p = 0; p < DEPTH; p++)
      for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) sums[i][j] += left[p][ti + 16 * i] * right[p][tj + 16 * j];
    __syncthreads();
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      size_t row = i0 + ti + 16 * i, column = j0 + tj + 16 * j;
      if (row < m && column < n) {
        float* at = c + row * ldc + column;
        *at = beta == 0 ? alpha * sums[i][j] : alpha * sums[i][j] + beta * *at;
      }
    }
}
