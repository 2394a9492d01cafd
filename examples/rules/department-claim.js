// The department of a person as a claim: what an administrator wrote down counts, then what the person's directory says.
function departmentClaim(user, context, callback) {
  const { department: written } = user.app_metadata || {};
  const department = [written, user.department].find((value) => typeof value === 'string' && value.trim() !== '');
  if (department) {
    user.department_for_token = department.trim().slice(0, 200);
    context.samlConfiguration.mappings = {
      ...context.samlConfiguration.mappings,
      'http://schemas.fabrikam.example/claims/department': 'department_for_token'
    };
  }
  callback(null, user, context);
}
