// GraphiQL's button is there before its editor; a click before that does nothing.
export async function execute(page) {
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  await page.getByRole('button', { name: /Execute query/ }).click();
}
