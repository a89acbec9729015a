// Kernels for FakeCudaTest: right ones and wrong ones.

extern "C" __global__ void add(int n, const float* x, float* y) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) y[i] += x[i];
}

// y[block] = the sum of the block's part of x.
extern "C" __global__ void blockSums(const float* x, float* y) {
  __shared__ float part[64];
  extern __shared__ float whole[];
  int t = threadIdx.x;
  part[t] = x[blockIdx.x * blockDim.x + t];
  __syncthreads();
  if (t == 0) {
    whole[0] = 0;
    for (int i = 0; i < 64; i++) whole[0] += part[i];
  }
  __syncthreads();
  if (t == 63) y[blockIdx.x] = whole[0];
}

extern "C" __global__ void warpSum(const float* x, float* y) {
  float sum = x[threadIdx.x];
  for (int d = 16; d > 0; d >>= 1) sum += __shfl_xor_sync(0xffffffffu, sum, d);
  if (threadIdx.x == 31) *y = sum;
}

// Wrong: y[t] = t / 2, if thread t / 2 has written by then, for which nobody waits.
extern "C" __global__ void withoutBarrier(float* y) {
  __shared__ float part[64];
  int t = threadIdx.x;
  part[t] = -1;
  __syncthreads();
  part[63 - t] = t;
  y[t] = part[63 - t / 2];
}

// Wrong: writes one number behind the last.
extern "C" __global__ void beside(int n, float* y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i <= n) y[i] = 1;
}
