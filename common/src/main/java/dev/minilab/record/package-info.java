/// The bucket as the database: reads and writes the small immutable objects that are the state of a job, and shows
/// them to clients.
@NullMarked
package dev.minilab.record;

import org.jspecify.annotations.NullMarked;
