package dev.minilab.worker.render;

import dev.minilab.config.RenderConfig.Isolation;
import dev.minilab.job.Capabilities;
import dev.minilab.worker.codec.RenderException;
import dev.minilab.worker.image.RenderRequest;
import dev.minilab.worker.image.Rendering;
import java.time.Duration;
import java.util.List;

/// Where renders run. Thread-safe.
interface Engine extends AutoCloseable {

    Isolation isolation();

    /// The codecs it renders with.
    List<Capabilities.Codec> codecs();

    /// Renders once.
    ///
    /// @param wait how long to wait for a place to run
    /// @param limit how long it may then take
    /// @param begins is run once there is a place, before the render
    /// @throws RenderException if the original cannot be rendered, `decode_timeout` and `memory_exceeded` included
    /// @throws ProcessLostException if the process ended before its time
    /// @throws RendererBusyException if no place was free
    Rendering render(RenderRequest request, Duration wait, Duration limit, Runnable begins)
            throws RenderException, ProcessLostException, InterruptedException;

    @Override
    void close();
}
