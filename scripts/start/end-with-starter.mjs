/**
 * Preloaded into programs that are not ours (Next): ends the process when the starter is gone, however it went.
 */
process.on('disconnect', () => process.exit(0));
process.channel?.unref();
