namespace RouteSae.Kernels.Products;

/// <summary>
/// Products y = x · Wᵀ of many rows with a packed matrix, on several threads. Rows are cut into blocks that stay in the cache and,
/// where rows are few, outputs into groups of panels: neither changes a bit. One for each caller at a time; allocates nothing itself.
/// </summary>
internal sealed unsafe class MatrixProduct
{
    /// <summary>Rows of a block.</summary>
    private const int BlockRows = 96;

    /// <summary>k of a block: a panel of it lies in the first cache.</summary>
    private const int BlockDepth = 256;

    /// <summary>Multiply-adds that are worth a thread.</summary>
    private const long WorthAThread = 1 << 19;

    private const int TasksPerThread = 4;

    private readonly VectorWidth _width;
    private readonly Action<int, int> _run;
    private PackedMatrix _matrix = null!;
    private ProductKernel _kernel = null!;
    private float* _x;
    private float* _y;
    private int _stride;
    private int _yStride;
    private int _rows;
    private int _groups;
    private int _panelsPerGroup;

    public MatrixProduct(VectorWidth width) => (_width, _run) = (width, Run);

    /// <summary>Computes y [rows, outputs]; columns from the last output to the end of its panel become 0.</summary>
    /// <param name="x">Rows of <c>matrix.Inputs</c> numbers.</param>
    /// <param name="stride">Numbers from one row of x to the next.</param>
    /// <param name="rows">How many; 0 is allowed.</param>
    /// <param name="matrix">W.</param>
    /// <param name="y">The result; does not overlap x.</param>
    /// <param name="yStride">Numbers from one row of y to the next: at least the outputs rounded up to whole panels.</param>
    /// <param name="threads">The most threads.</param>
    public void Run(float* x, int stride, int rows, PackedMatrix matrix, float* y, int yStride, int threads)
    {
        _x = x;
        _y = y;
        (_stride, _rows, _matrix, _yStride) = (stride, rows, matrix, yStride);
        _kernel = ProductKernel.Of(_width, matrix.Format);
        var blocks = (rows + BlockRows - 1) / BlockRows;
        if (blocks == 0)
        {
            return;
        }

        var work = (long)rows * matrix.Inputs * matrix.Outputs;
        var tasks = (int)Math.Min(threads * TasksPerThread, work / WorthAThread);
        _groups = Math.Clamp((tasks + blocks - 1) / blocks, 1, matrix.Panels);
        _panelsPerGroup = (matrix.Panels + _groups - 1) / _groups;
        _groups = (matrix.Panels + _panelsPerGroup - 1) / _panelsPerGroup;
        if (tasks < 2 || threads < 2)
        {
            Run(0, blocks * _groups);
        }
        else
        {
            KernelLoop.For(blocks * _groups, 1, _run);
        }

        GC.KeepAlive(matrix);
    }

    private void Run(int first, int end)
    {
        for (var task = first; task < end; task++)
        {
            var (block, group) = Math.DivRem(task, _groups);
            var panel = group * _panelsPerGroup;
            Block(block * BlockRows, Math.Min(_rows, (block + 1) * BlockRows), panel, Math.Min(_matrix.Panels, panel + _panelsPerGroup));
        }
    }

    private void Block(int firstRow, int endRow, int firstPanel, int endPanel)
    {
        int inputs = _matrix.Inputs, size = _matrix.NumberSize;
        for (var k = 0; k < inputs; k += BlockDepth)
        {
            var depth = Math.Min(BlockDepth, inputs - k);
            for (var panel = firstPanel; panel < endPanel; panel++)
            {
                _kernel.Multiply(
                    _x + (long)firstRow * _stride + k, _stride, endRow - firstRow,
                    _matrix.Data + panel * _matrix.PanelBytes + (long)k * PackedMatrix.PanelWidth * size, depth,
                    _y + (long)firstRow * _yStride + panel * PackedMatrix.PanelWidth, _yStride, first: k == 0);
            }
        }

        if (endPanel == _matrix.Panels && _matrix.Outputs % PackedMatrix.PanelWidth != 0)
        {
            ClearBehind(firstRow, endRow);
        }
    }

    /// <summary>0 · ∞ is not 0: what stands behind the last output must not depend on the row.</summary>
    private void ClearBehind(int firstRow, int endRow)
    {
        var behind = _matrix.Panels * PackedMatrix.PanelWidth - _matrix.Outputs;
        for (var row = firstRow; row < endRow; row++)
        {
            new Span<float>(_y + (long)row * _yStride + _matrix.Outputs, behind).Clear();
        }
    }
}
